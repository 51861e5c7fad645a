/**
 * Pages for browsers: their files over HTTP/1.1, and each of their WebSockets, handed on as a connection. What is said
 * over it, its mode knows. And the metrics of a server.
 *
 * @module
 */
export { type MetricsOptions, openMetrics } from "./metrics.ts";
export { openPage, type PageOptions } from "./page.ts";

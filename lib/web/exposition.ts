import type { Metric } from "../session/mod.ts";

/** The two forms in which monitoring systems read metrics, by their media types. */
export const FORMATS = {
  openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8",
  prometheus: "text/plain; version=0.0.4; charset=utf-8",
} as const;

/**
 * Metrics as text: OpenMetrics 1.0, in which a counter's samples have `_total` behind its name, or the older format of
 * Prometheus, in which that belongs to the name.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const messages = { name: "messages", type: "counter", help: "All.", samples: () => [{ value: 5 }] } as const;
 * assertEquals(
 *   printMetrics([messages], "openMetrics"),
 *   "# TYPE messages counter\n# HELP messages All.\nmessages_total 5\n# EOF\n",
 * );
 * ```
 */
export function printMetrics(metrics: readonly Metric[], format: keyof typeof FORMATS): string {
  const isOpen = format === "openMetrics";
  let text = "";
  for (const { name, type, help, samples } of metrics) {
    const sampleName = type === "counter" ? `${name}_total` : name;
    const family = isOpen ? name : sampleName;
    text += `# TYPE ${family} ${type}\n# HELP ${family} ${help}\n`;
    for (const { value, label } of samples()) {
      const labels = label ? `{${label[0]}="${escaped(label[1])}"}` : "";
      text += `${sampleName}${labels} ${value}\n`;
    }
  }
  // To the older format that is a comment.
  return `${text}# EOF\n`;
}

const escaped = (text: string) => text.replace(/[\\"]/g, "\\$&").replaceAll("\n", "\\n");

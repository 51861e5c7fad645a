import { assertEquals } from "@std/assert";
import { pure } from "../app/_testing.ts";
import type { Metric } from "../session/mod.ts";
import { printMetrics } from "./exposition.ts";

const METRICS: Metric[] = [
  { name: "open", type: "gauge", help: "Open.", samples: () => [{ value: 2 }] },
  {
    name: "errors",
    type: "counter",
    help: "By code.",
    samples: () => [{ value: 1, label: ["code", 'a"b\\c\nd'] }, { value: 3, label: ["code", "x"] }],
  },
];

pure("printMetrics writes OpenMetrics, where a counter's samples have _total and its family has not", () => {
  assertEquals(
    printMetrics(METRICS, "openMetrics"),
    "# TYPE open gauge\n# HELP open Open.\nopen 2\n" +
      "# TYPE errors counter\n# HELP errors By code.\n" +
      'errors_total{code="a\\"b\\\\c\\nd"} 1\nerrors_total{code="x"} 3\n# EOF\n',
  );
});

pure("printMetrics writes the format of Prometheus, where the family of a counter has _total", () => {
  assertEquals(
    printMetrics(METRICS, "prometheus").split("\n").slice(3, 5),
    ["# TYPE errors_total counter", "# HELP errors_total By code."],
  );
});

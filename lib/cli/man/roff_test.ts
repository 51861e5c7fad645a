import { assertEquals } from "@std/assert";
import { bold, escapeRoff, guarded, italic, paragraph } from "./roff.ts";

Deno.test({
  name: "escapeRoff writes what roff would read, or draw, as something else",
  permissions: "none",
  fn() {
    assertEquals(escapeRoff("plain, text: 100 %"), "plain, text: 100 %");
    assertEquals(escapeRoff("--max-frame"), "\\-\\-max\\-frame");
    assertEquals(escapeRoff(String.raw`\xff\n`), "\\(rsxff\\(rsn");
    assertEquals(escapeRoff(`'{data}' "x" \`y\``), "\\(aq{data}\\(aq \\(dqx\\(dq \\(gay\\(ga");
    assertEquals(escapeRoff("~/a^2"), "\\(ti/a\\(ha2");
    assertEquals(escapeRoff("HOST…"), "HOST...");
  },
});

Deno.test({
  name: "escapeRoff names other characters by their code points, of four digits or more",
  permissions: "none",
  fn() {
    assertEquals(escapeRoff("é"), "\\[u00E9]");
    assertEquals(escapeRoff("你好"), "\\[u4F60]\\[u597D]");
    assertEquals(escapeRoff("💡"), "\\[u1F4A1]");
  },
});

Deno.test({
  name: "bold and italic escape what they hold",
  permissions: "none",
  fn() {
    assertEquals(bold("-f"), "\\fB\\-f\\fR");
    assertEquals(italic("A\\B"), "\\fIA\\(rsB\\fR");
  },
});

Deno.test({
  name: "paragraph begins no line with a request, wherever a line is cut",
  permissions: "none",
  fn() {
    assertEquals(paragraph(".config\n  is a  'folder'"), ["\\&.config is a \\(aqfolder\\(aq"]);
    assertEquals(paragraph(`${"x".repeat(75)} .SH 'b`), ["x".repeat(75) + " .SH", "\\(aqb"]);
    assertEquals(paragraph(`${"x".repeat(76)} .SH`), ["x".repeat(76), "\\&.SH"]);
    assertEquals(paragraph(`${"x".repeat(100)} y`), ["x".repeat(100), "y"]);
    assertEquals(paragraph(""), []);
  },
});

Deno.test({
  name: "guarded keeps a line's first dot from beginning a request",
  permissions: "none",
  fn() {
    assertEquals([guarded(".x"), guarded("x."), guarded("")], ["\\&.x", "x.", ""]);
  },
});

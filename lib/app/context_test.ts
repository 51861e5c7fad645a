import { assertEquals, assertRejects } from "@std/assert";
import { PinwireError } from "../errors.ts";
import { FrameError } from "../framing/mod.ts";
import { type CommonOptions, openContext } from "./context.ts";
import { Stop } from "./stop.ts";

const OPTIONS: CommonOptions = {
  encoding: "utf-8",
  frame: "raw",
  maxFrame: 1000,
  json: false,
  quiet: false,
  trace: false,
  noColor: true,
};

const PROGRAM = { program: "prog", role: "client" } as const;

const open = (options: Partial<CommonOptions>) =>
  openContext(PROGRAM, { ...OPTIONS, ...options }, new Stop());

Deno.test("openContext opens the encoding and the frame that the options name", async () => {
  await using context = await open({ encoding: "gb2312", frame: "len:u8", maxFrame: 7 });
  assertEquals([context.encoding.name, context.codec.spec], ["gbk", "len:u8"]);
  const { decoder } = context.codec.open();
  decoder.feed(new Uint8Array([8]));
  let code = "";
  try {
    decoder.next();
  } catch (error) {
    if (error instanceof FrameError) code = error.code;
  }
  assertEquals(code, "frame_too_long");
});

Deno.test("openContext refuses to cut by lines where a newline is not one byte", async () => {
  for (const frame of ["line", "text", "text:50", "delim:0a"]) {
    for (const encoding of ["utf-16le", "utf-16be", "utf-16"]) {
      const error = await assertRejects(() => open({ encoding, frame }), PinwireError);
      assertEquals(error.exitCode, 2, `${frame} ${encoding}`);
    }
    await using context = await open({ encoding: "gbk", frame });
    assertEquals(context.codec.spec, frame);
  }
  await using context = await open({ encoding: "utf-16le", frame: "len:i32le" });
  assertEquals(context.encoding.name, "utf-16le");
});

Deno.test("openContext refuses a SPEC or an encoding that there is not", async () => {
  for (const options of [{ frame: "lines" }, { frame: "fixed:2000" }, { encoding: "nope" }]) {
    assertEquals((await assertRejects(() => open(options), PinwireError)).exitCode, 2);
  }
});

import { assertEquals, assertMatch } from "@std/assert";
import { makeCertificate } from "../lib/tools/cert.ts";
import { LOOPBACK, type Outcome, refusal, restOf, run, runPinwire, tempDir } from "./support.ts";
import { agent, next } from "./support/led.ts";
import { brokerTest, Mosquitto } from "./support/mosquitto.ts";

/** Lines that let in only who knows the password of pi. */
const CLOSED = ["allow_anonymous false", "password_file FOLDER/passwords"];
const SECRET = "correct horse";

/** A broker with a user, of whom `lines` say more. */
async function closedBroker(lines: string[] = []): Promise<Mosquitto & { folder: string }> {
  const folder = await Deno.makeTempDir({ prefix: "pinwire-" });
  const { code, stderr } = await run("mosquitto_passwd", ["-b", "-c", `${folder}/passwords`, "pi", SECRET]);
  assertEquals(code, 0, stderr);
  const own = [...CLOSED, ...lines].map((line) => line.replaceAll("FOLDER", folder));
  const broker = await Mosquitto.start({ lines: own, user: ["pi", SECRET] });
  return Object.assign(broker, { folder });
}

/** Runs an agent to its end. */
const endOf = (url: string, options: string[] = [], env?: Record<string, string>): Promise<Outcome> =>
  runPinwire(["led", "agent", url, "--gpio", "simulated", "--name", "lamp", "--json", ...options], { env });

brokerTest(
  "a broker's user gets in with a password from a file, or from the environment, and no other",
  async () => {
    await using broker = await closedBroker();
    await using folder = await tempDir();
    await Deno.writeTextFile(`${folder.path}/password`, `${SECRET}\n`);
    const url = `mqtt://pi@${broker.address}`;
    await using watch = await broker.watch("pinwire/#");
    {
      await using lamp = await agent(url, "lamp", "--password-file", `${folder.path}/password`);
      await watch.upTo("pinwire/lamp/status online");
      lamp.kill("SIGTERM");
      await watch.upTo("pinwire/lamp/status offline");
    }
    const { code, stdout, stderr } = await runPinwire(["led", "status", "--via", url], {
      env: { PINWIRE_MQTT_PASSWORD: SECRET },
    });
    assertEquals([code, stdout, stderr], [0, "lamp/led  away  off\n", ""]);
    const cases: [url: string, env: Record<string, string>, sentence: RegExp][] = [
      [
        url,
        { PINWIRE_MQTT_PASSWORD: "wrong" },
        /the broker at tcp:\S+ refuses pi: check the name, and the password/,
      ],
      [url, {}, /the broker at tcp:\S+ refuses pi: /],
      [broker.url, {}, /the broker at tcp:\S+ refuses us without a name: write mqtt:\/\/USER@HOST/],
    ];
    for (const [there, env, sentence] of cases) {
      const outcome = await endOf(there, [], env);
      assertEquals(outcome.code, 1);
      assertMatch(outcome.stderr, sentence);
      assertEquals(outcome.stderr.trim().split("\n").length, 1, outcome.stderr);
    }
    await Deno.remove(broker.folder, { recursive: true });
  },
);

brokerTest(
  "a broker's certificate is verified, and one that isn't trusted ends an agent with 1",
  async () => {
    await using folder = await tempDir();
    const [own, other] = await Promise.all([makeCertificate([LOOPBACK]), makeCertificate([LOOPBACK])]);
    for (const [name, text] of [["cert", own.cert], ["key", own.key], ["other", other.cert]]) {
      await Deno.writeTextFile(`${folder.path}/${name}`, text);
    }
    // The plain listener is for the test's own subscriber.
    const free = 32_000 + Math.floor(Math.random() * 700);
    await using broker = await Mosquitto.start({
      lines: [
        "allow_anonymous true",
        `listener ${free} ${LOOPBACK}`,
        `certfile ${folder.path}/cert`,
        `keyfile ${folder.path}/key`,
        "allow_anonymous true",
      ],
    });
    await using watch = await broker.watch("pinwire/#");
    const url = `mqtts://${LOOPBACK}:${free}`;
    await using lamp = await agent(url, "lamp", "--ca", `${folder.path}/cert`);
    await watch.upTo("pinwire/lamp/status online");
    await broker.publish("pinwire/lamp/led/set", "on");
    for (const on of [false, true]) assertEquals((await next(lamp, "state")).on, on);
    for (const options of [["--ca", `${folder.path}/other`], []]) {
      const { code, stderr } = await endOf(url, options);
      assertEquals(code, 1);
      assertMatch(
        stderr,
        /^pinwire( led)?: TLS with tls:\S+ failed \(.*\): name the server's certificate with --ca FILE\n$/,
      );
    }
  },
);

brokerTest("a topic that the broker forbids is named once, and the others go on", async () => {
  const acl = [
    "topic readwrite test/#",
    "topic read pinwire/#",
    "topic write pinwire/lamp/red/#",
    "topic write pinwire/lamp/status",
  ];
  await using folder = await tempDir();
  await Deno.writeTextFile(`${folder.path}/acl`, `${acl.join("\n")}\n`);
  await using broker = await Mosquitto.start({
    lines: ["allow_anonymous true", `acl_file ${folder.path}/acl`],
  });
  await using watch = await broker.watch("pinwire/#");
  await using lamp = await agent(broker.url, "lamp", "--pin", "red=11", "--pin", "green=13");
  for (const topic of ["homeassistant/device/pinwire_lamp/config", "pinwire/lamp/green/state"]) {
    const { message, hint } = await lamp.next("error");
    assertEquals([message, hint], [
      `the broker does not let us write ${topic}`,
      "allow it in the broker's access control list",
    ]);
  }
  await broker.publish("pinwire/lamp/red/set", "on");
  await watch.upTo('pinwire/lamp/red/state {"state":"ON","effect":null}');
});

/** Answers whoever connects with bytes, once something has come, and hangs up. */
function peer(answer: Uint8Array) {
  const listener = Deno.listen({ hostname: LOOPBACK, port: 0 });
  const work = (async () => {
    for await (const conn of listener) {
      using _ = conn;
      await conn.read(new Uint8Array(4096));
      await conn.write(answer);
      await conn.closeWrite();
      await restOf(conn);
    }
  })();
  return {
    url: `mqtt://${LOOPBACK}:${listener.addr.port}`,
    async [Symbol.asyncDispose]() {
      listener.close();
      await work;
    },
  };
}

Deno.test("a broker that speaks MQTT 3.1.1 alone, or no MQTT, is told of, and dialled again", async () => {
  const answers: [answer: Uint8Array, sentence: RegExp][] = [
    // CONNACK of 3.1.1: unacceptable protocol version.
    [new Uint8Array([0x20, 2, 0, 1]), /^the broker at tcp:\S+ does not speak MQTT 5$/],
    [new TextEncoder().encode("HTTP/1.1 400 Bad Request\r\n\r\n"), /^what tcp:\S+ says is no MQTT 5 /],
    [new Uint8Array(), /^what listens at tcp:\S+ hung up before it had answered$/],
  ];
  for (const [answer, sentence] of answers) {
    await using broker = peer(answer);
    await using lamp = await agent(broker.url, "lamp");
    const { message, hint } = await lamp.next("error");
    assertMatch(message!, sentence);
    assertMatch(hint!, /; it is dialled again and again$/);
    await next(lamp, "connected");
    await next(lamp, "connected");
    const outcome = await endOf(broker.url, ["--no-reconnect"]);
    assertEquals(outcome.code, 1);
    assertEquals(outcome.stderr.trim().split("\n").length, 1, outcome.stderr);
  }
});

Deno.test("what can't be meant for a broker is refused with 2", async () => {
  const broker = "mqtt://localhost:9";
  const cases: [args: string[], sentence: RegExp][] = [
    [["agent", "mqtt://pi:secret@localhost"], /is not a broker: a password in it is seen by everybody/],
    [["agent", broker, "--password-file", "x"], /a password needs a name: write mqtt:\/\/USER@HOST/],
    [["agent", broker, "--ca", "x"], /--ca is for mqtts:\/\/ brokers: write mqtts:\/\/HOST/],
    [["agent", broker, "--interactive"], /--interactive is for a controller, not for a broker: leave it out/],
    [["agent", broker, "--token-file", "x"], /--token-file is for a controller/],
    [["agent", broker, "--discovery-prefix", "a/#"], /"a\/#" can't begin a topic/],
    [
      ["agent", "localhost:9", "--password-file", "x"],
      /--password-file is for a broker: name one with mqtt:\/\/HOST/,
    ],
    [["serve", "--name", "x"], /--name is for a broker: name one with --mqtt/],
    [["serve", "--mqtt", "localhost"], /"localhost" is not a broker/],
    [["on", "all", "--via", broker], /at a broker all are not switched at once/],
    [["on", "a/b/c", "--via", broker], /"a\/b\/c" can't be a device at a broker/],
    [["on", "--via", broker], /--via needs a device/],
    [["on", "--password-file", "x"], /--password-file is for a broker/],
    [["status", "lamp", "--via", broker, "--token-file", "x"], /--token-file is for a controller/],
  ];
  for (const [args, sentence] of cases) assertMatch(await refusal(["led", ...args], 2), sentence);
});

// Speaks with an echo server by npm's `ws`, and prints "ok" if all that comes back is right.
const assert = require("node:assert");
const WebSocket = require("ws");

async function main(url) {
  const ws = new WebSocket(url);
  const inbox = [];
  let wake = () => {};
  ws.on("message", (data, isBinary) => {
    inbox.push(isBinary ? data : data.toString());
    wake();
  });
  const next = async () => {
    while (!inbox.length) await new Promise((resolve) => wake = resolve);
    return inbox.shift();
  };
  await new Promise((resolve, reject) => ws.on("open", resolve).on("error", reject));
  assert.strictEqual(ws.extensions, "");
  for (
    const message of [
      "hello",
      "",
      "一二三",
      "x".repeat(70_000),
      Buffer.from([0, 255]),
      Buffer.alloc(1_000_000),
    ]
  ) {
    ws.send(message);
    assert.deepStrictEqual(await next(), message);
  }
  ws.send("in ", { fin: false });
  ws.ping("?");
  ws.send("fragments", { fin: true });
  await new Promise((resolve) => ws.once("pong", resolve));
  assert.strictEqual(await next(), "in fragments");
  const closed = new Promise((resolve) => ws.on("close", resolve));
  ws.close(4002);
  assert.strictEqual(await closed, 4002);
  console.log("ok");
}

main(process.argv[2]);

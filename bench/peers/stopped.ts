// deno run --allow-net --allow-run stopped.ts PORT: a chat member that stops itself, and so reads nothing more.
const connection = await Deno.connect({ hostname: "127.0.0.1", port: Number(Deno.args[0]) });
await connection.write(new TextEncoder().encode("/nick stopped\n"));
await connection.read(new Uint8Array(1024));
Deno.kill(Deno.pid, "SIGSTOP");

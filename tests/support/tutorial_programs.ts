/** A tutorial's program, as docs/tutorials.md calls it, with the port that is written in it. */
interface Program {
  file: string;
  /** Its like in tests/peers, and what that is told. */
  peer: string;
  args: (string | number)[];
}

const program = (file: string, peer: string, port: number, ...more: (string | number)[]): Program => ({
  file: `${file}.py`,
  peer,
  args: ["127.0.0.1", port, ...more],
});

const SERVERS = [
  program("led_server", "led_server", 11235),
  program("tsTserv", "stamp_server", 21567),
  program("answer_once", "where_once", 8080),
  program("answer_forever", "where_forever", 8080),
  program("udp_receive_once", "udp_print_once", 8888),
  program("udp_receive", "udp_print_until_88", 8888),
  program("two_way", "udp_two_way", 8989, "127.0.0.1", 8080),
  program("receive_once", "gbk_print_once", 8899),
  program("turn_server", "chat_turn_server", 8888),
  program("free_server", "chat_free_server", 8888),
  program("ok_server", "ok_once", 8001),
  program("udp_answer", "udp_answer", 8002),
  program("sticky_server", "shell_sticky_server", 8080),
  program("struct_server", "shell_server", 8080),
];

const CLIENTS = [
  program("led_client", "led_client", 11235),
  program("tsTclnt", "stamp_client", 21567),
  program("sender", "gbk_send", 8080),
  program("udp_send_once", "udp_say_once", 8888),
  program("udp_send", "udp_say_until_88", 8888),
  program("haha", "haha", 8899),
  program("turn_client", "chat_turn_client", 8888),
  program("free_client", "chat_free_client", 8888),
  program("hello", "hello_client", 8001),
  program("udp_ask", "udp_ask", 8002),
  program("sticky_client", "shell_sticky_client", 8080),
  program("struct_client", "shell_client", 8080),
];

const PEERS = `${import.meta.dirname}/../peers`;

/** Puts the tutorials' programs into a folder. */
export async function writeTutorialPrograms(folder: string): Promise<void> {
  await Promise.all([...SERVERS, ...CLIENTS].map(({ file, peer, args }) => {
    const path = `${PEERS}/${peer}.py`;
    const argv = JSON.stringify([path, ...args.map(String)]);
    const text = `import runpy, sys\nsys.argv = ${argv}\nrunpy.run_path(${
      JSON.stringify(path)
    }, run_name="__main__")\n`;
    return Deno.writeTextFile(`${folder}/${file}`, text);
  }));
}

/** Whether a command starts one of them that serves; such a one prints its port first. */
export const isTutorialServer = (command: string): boolean =>
  SERVERS.some(({ file }) => command === `python3 ${file}`);

/** Whether it starts one that goes on until it is ended. */
export const isTutorialListener = (command: string): boolean =>
  /^python3 led_(client|agent)\.py/.test(command);

import type { LabEvent } from "../../app/mod.ts";

/** What `lab states` told of on a machine that has private networks, an event a line. */
const LINES = String.raw`
{"event":"scene","scene":"one closes first"}
{"event":"tcp_state","at":"client","state":"CLOSED"}
{"event":"tcp_state","at":"server","state":"CLOSED"}
{"event":"call","at":"server","call":"listen()"}
{"event":"tcp_state","at":"server","state":"LISTEN","before":"CLOSED","row":"0100000A:1F90 00000000:0000 0A"}
{"event":"call","at":"client","call":"connect()"}
{"event":"tcp_state","at":"client","state":"SYN_SENT","before":"CLOSED","row":"0100000A:BE2E 0200000A:1F90 02"}
{"event":"segment","from":"client","flags":["SYN"],"seq":0,"absolute":{"seq":496714461},"bytes":0,"window":64240,"options":["MSS 1460","SACK permitted","window scale 10"],"ms":0}
{"event":"tcp_state","at":"server","state":"SYN_RECV","before":"LISTEN","row":"0100000A:1F90 0200000A:BE2E 03"}
{"event":"segment","from":"server","flags":["SYN","ACK"],"seq":0,"ack":1,"absolute":{"seq":1100655738,"ack":496714462},"bytes":0,"window":65160,"options":["MSS 1460","SACK permitted","window scale 10"],"ms":108}
{"event":"tcp_state","at":"client","state":"ESTABLISHED","before":"SYN_SENT","row":"0100000A:BE2E 0200000A:1F90 01"}
{"event":"segment","from":"client","flags":["ACK"],"seq":1,"ack":1,"absolute":{"seq":496714462,"ack":1100655739},"bytes":0,"window":64512,"options":[],"ms":133}
{"event":"tcp_state","at":"server","state":"ESTABLISHED","before":"SYN_RECV","row":"0100000A:1F90 0200000A:BE2E 01"}
{"event":"call","at":"server","call":"accept()"}
{"event":"call","at":"client","call":"shutdown()"}
{"event":"tcp_state","at":"client","state":"FIN_WAIT_1","before":"ESTABLISHED","row":"0100000A:BE2E 0200000A:1F90 04"}
{"event":"segment","from":"client","flags":["FIN","ACK"],"seq":1,"ack":1,"absolute":{"seq":496714462,"ack":1100655739},"bytes":0,"window":64512,"options":[],"ms":201}
{"event":"tcp_state","at":"server","state":"CLOSE_WAIT","before":"ESTABLISHED","row":"0100000A:1F90 0200000A:BE2E 08"}
{"event":"segment","from":"server","flags":["ACK"],"seq":1,"ack":2,"absolute":{"seq":1100655739,"ack":496714463},"bytes":0,"window":65536,"options":[],"ms":217}
{"event":"tcp_state","at":"client","state":"FIN_WAIT_2","before":"FIN_WAIT_1","row":"0100000A:BE2E 0200000A:1F90 05"}
{"event":"call","at":"server","call":"close()"}
{"event":"tcp_state","at":"server","state":"LAST_ACK","before":"CLOSE_WAIT","row":"0100000A:1F90 0200000A:BE2E 09"}
{"event":"segment","from":"server","flags":["FIN","ACK"],"seq":1,"ack":2,"absolute":{"seq":1100655739,"ack":496714463},"bytes":0,"window":65536,"options":[],"ms":242}
{"event":"tcp_state","at":"client","state":"TIME_WAIT","before":"FIN_WAIT_2","row":"0100000A:BE2E 0200000A:1F90 06"}
{"event":"segment","from":"client","flags":["ACK"],"seq":2,"ack":2,"absolute":{"seq":496714463,"ack":1100655740},"bytes":0,"window":64512,"options":[],"ms":311}
{"event":"tcp_state","at":"server","state":"CLOSED","before":"LAST_ACK"}
{"event":"scene","scene":"both close at once"}
{"event":"tcp_state","at":"client","state":"CLOSED"}
{"event":"tcp_state","at":"server","state":"CLOSED"}
{"event":"call","at":"server","call":"listen()"}
{"event":"tcp_state","at":"server","state":"LISTEN","before":"CLOSED","row":"0100000A:1F90 00000000:0000 0A"}
{"event":"call","at":"client","call":"connect()"}
{"event":"tcp_state","at":"client","state":"SYN_SENT","before":"CLOSED","row":"0100000A:BE3A 0200000A:1F90 02"}
{"event":"segment","from":"client","flags":["SYN"],"seq":0,"absolute":{"seq":3792274392},"bytes":0,"window":64240,"options":["MSS 1460","SACK permitted","window scale 10"],"ms":466}
{"event":"tcp_state","at":"server","state":"SYN_RECV","before":"LISTEN","row":"0100000A:1F90 0200000A:BE3A 03"}
{"event":"segment","from":"server","flags":["SYN","ACK"],"seq":0,"ack":1,"absolute":{"seq":1179298602,"ack":3792274393},"bytes":0,"window":65160,"options":["MSS 1460","SACK permitted","window scale 10"],"ms":588}
{"event":"tcp_state","at":"client","state":"ESTABLISHED","before":"SYN_SENT","row":"0100000A:BE3A 0200000A:1F90 01"}
{"event":"segment","from":"client","flags":["ACK"],"seq":1,"ack":1,"absolute":{"seq":3792274393,"ack":1179298603},"bytes":0,"window":64512,"options":[],"ms":610}
{"event":"tcp_state","at":"server","state":"ESTABLISHED","before":"SYN_RECV","row":"0100000A:1F90 0200000A:BE3A 01"}
{"event":"call","at":"server","call":"accept()"}
{"event":"call","at":"client","call":"shutdown()"}
{"event":"tcp_state","at":"client","state":"FIN_WAIT_1","before":"ESTABLISHED","row":"0100000A:BE3A 0200000A:1F90 04"}
{"event":"segment","from":"client","flags":["FIN","ACK"],"seq":1,"ack":1,"absolute":{"seq":3792274393,"ack":1179298603},"bytes":0,"window":64512,"options":[],"ms":648}
{"event":"call","at":"server","call":"shutdown()"}
{"event":"tcp_state","at":"server","state":"FIN_WAIT_1","before":"ESTABLISHED","row":"0100000A:1F90 0200000A:BE3A 04"}
{"event":"segment","from":"server","flags":["FIN","ACK"],"seq":1,"ack":1,"absolute":{"seq":1179298603,"ack":3792274393},"bytes":0,"window":65536,"options":[],"ms":702}
{"event":"tcp_state","at":"server","state":"CLOSING","before":"FIN_WAIT_1","row":"0100000A:1F90 0200000A:BE3A 0B"}
{"event":"tcp_state","at":"client","state":"CLOSING","before":"FIN_WAIT_1","row":"0100000A:BE3A 0200000A:1F90 0B"}
{"event":"segment","from":"server","flags":["ACK"],"seq":2,"ack":2,"absolute":{"seq":1179298604,"ack":3792274394},"bytes":0,"window":65536,"options":[],"ms":874}
{"event":"segment","from":"client","flags":["ACK"],"seq":2,"ack":2,"absolute":{"seq":3792274394,"ack":1179298604},"bytes":0,"window":64512,"options":[],"ms":921}
{"event":"tcp_state","at":"server","state":"TIME_WAIT","before":"CLOSING","row":"0100000A:1F90 0200000A:BE3A 06"}
{"event":"tcp_state","at":"client","state":"TIME_WAIT","before":"CLOSING","row":"0100000A:BE3A 0200000A:1F90 06"}
`;

/** The events. */
export const EVENTS: readonly LabEvent[] = LINES.trim().split("\n").map((line) => JSON.parse(line));

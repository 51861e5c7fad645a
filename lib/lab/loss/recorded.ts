import type { LabEvent } from "../../app/mod.ts";

/** What `lab loss` told of on a machine that has private networks, an event a line. */
const LINES = String.raw`
{"event":"scene","scene":"opening"}
{"event":"tcp_state","at":"client","state":"CLOSED"}
{"event":"tcp_state","at":"server","state":"CLOSED"}
{"event":"call","at":"server","call":"listen()"}
{"event":"tcp_state","at":"server","state":"LISTEN","before":"CLOSED","row":"0100000A:1F90 00000000:0000 0A"}
{"event":"call","at":"client","call":"connect()"}
{"event":"tcp_state","at":"client","state":"SYN_SENT","before":"CLOSED","row":"0100000A:C1A2 0200000A:1F90 02"}
{"event":"segment","from":"client","flags":["SYN"],"seq":0,"absolute":{"seq":1804161463},"bytes":0,"window":64240,"options":["MSS 1460","SACK permitted","timestamps 801942951 0","window scale 10"]}
{"event":"tcp_state","at":"server","state":"SYN_RECV","before":"LISTEN","row":"0100000A:1F90 0200000A:C1A2 03"}
{"event":"segment","from":"server","flags":["SYN","ACK"],"seq":0,"ack":1,"absolute":{"seq":2210779244,"ack":1804161464},"bytes":0,"window":65160,"options":["MSS 1460","SACK permitted","timestamps 3673328757 801942951","window scale 10"]}
{"event":"tcp_state","at":"client","state":"ESTABLISHED","before":"SYN_SENT","row":"0100000A:C1A2 0200000A:1F90 01"}
{"event":"segment","from":"client","flags":["ACK"],"seq":1,"ack":1,"absolute":{"seq":1804161464,"ack":2210779245},"bytes":0,"window":64512,"options":["timestamps 801943135 3673328757"]}
{"event":"tcp_state","at":"server","state":"ESTABLISHED","before":"SYN_RECV","row":"0100000A:1F90 0200000A:C1A2 01"}
{"event":"call","at":"server","call":"accept()"}
{"event":"scene","scene":"timeout"}
{"event":"call","at":"client","call":"write(\"hello\")"}
{"event":"segment","from":"client","flags":["PSH","ACK"],"seq":1,"ack":1,"absolute":{"seq":1804161464,"ack":2210779245},"bytes":5,"window":64512,"options":["timestamps 801943296 3673328757"],"text":"hello","lost":true}
{"event":"segment","from":"client","flags":["PSH","ACK"],"seq":1,"ack":1,"absolute":{"seq":1804161464,"ack":2210779245},"bytes":5,"window":64512,"options":["timestamps 801943855 3673328757"],"text":"hello","again":true,"lost":true}
{"event":"segment","from":"client","flags":["PSH","ACK"],"seq":1,"ack":1,"absolute":{"seq":1804161464,"ack":2210779245},"bytes":5,"window":64512,"options":["timestamps 801944979 3673328757"],"text":"hello","again":true,"lost":true}
{"event":"segment","from":"client","flags":["PSH","ACK"],"seq":1,"ack":1,"absolute":{"seq":1804161464,"ack":2210779245},"bytes":5,"window":64512,"options":["timestamps 801947219 3673328757"],"text":"hello","again":true}
{"event":"segment","from":"server","flags":["ACK"],"seq":1,"ack":6,"absolute":{"seq":2210779245,"ack":1804161469},"bytes":0,"window":65536,"options":["timestamps 3673332949 801947219"]}
{"event":"scene","scene":"opening"}
{"event":"tcp_state","at":"client","state":"CLOSED"}
{"event":"tcp_state","at":"server","state":"CLOSED"}
{"event":"call","at":"server","call":"listen()"}
{"event":"tcp_state","at":"server","state":"LISTEN","before":"CLOSED","row":"0100000A:1F90 00000000:0000 0A"}
{"event":"call","at":"client","call":"connect()"}
{"event":"tcp_state","at":"client","state":"SYN_SENT","before":"CLOSED","row":"0100000A:C1A4 0200000A:1F90 02"}
{"event":"segment","from":"client","flags":["SYN"],"seq":0,"absolute":{"seq":3436209550},"bytes":0,"window":64240,"options":["MSS 1460","SACK permitted","timestamps 4285067848 0","window scale 10"]}
{"event":"tcp_state","at":"server","state":"SYN_RECV","before":"LISTEN","row":"0100000A:1F90 0200000A:C1A4 03"}
{"event":"segment","from":"server","flags":["SYN","ACK"],"seq":0,"ack":1,"absolute":{"seq":1143086350,"ack":3436209551},"bytes":0,"window":65160,"options":["MSS 1460","SACK permitted","timestamps 3559746433 4285067848","window scale 10"]}
{"event":"tcp_state","at":"client","state":"ESTABLISHED","before":"SYN_SENT","row":"0100000A:C1A4 0200000A:1F90 01"}
{"event":"segment","from":"client","flags":["ACK"],"seq":1,"ack":1,"absolute":{"seq":3436209551,"ack":1143086351},"bytes":0,"window":64512,"options":["timestamps 4285067930 3559746433"]}
{"event":"tcp_state","at":"server","state":"ESTABLISHED","before":"SYN_RECV","row":"0100000A:1F90 0200000A:C1A4 01"}
{"event":"call","at":"server","call":"accept()"}
{"event":"scene","scene":"fast retransmit"}
{"event":"call","at":"client","call":"8 × write()"}
{"event":"segment","from":"client","flags":["PSH","ACK"],"seq":1,"ack":1,"absolute":{"seq":3436209551,"ack":1143086351},"bytes":1000,"window":64512,"options":["timestamps 4285067993 3559746433"]}
{"event":"segment","from":"client","flags":["PSH","ACK"],"seq":1001,"ack":1,"absolute":{"seq":3436210551,"ack":1143086351},"bytes":1000,"window":64512,"options":["timestamps 4285067994 3559746433"]}
{"event":"segment","from":"client","flags":["PSH","ACK"],"seq":2001,"ack":1,"absolute":{"seq":3436211551,"ack":1143086351},"bytes":1000,"window":64512,"options":["timestamps 4285067994 3559746433"],"lost":true}
{"event":"segment","from":"client","flags":["PSH","ACK"],"seq":3001,"ack":1,"absolute":{"seq":3436212551,"ack":1143086351},"bytes":1000,"window":64512,"options":["timestamps 4285067994 3559746433"]}
{"event":"segment","from":"client","flags":["PSH","ACK"],"seq":4001,"ack":1,"absolute":{"seq":3436213551,"ack":1143086351},"bytes":1000,"window":64512,"options":["timestamps 4285067994 3559746433"]}
{"event":"segment","from":"client","flags":["PSH","ACK"],"seq":5001,"ack":1,"absolute":{"seq":3436214551,"ack":1143086351},"bytes":1000,"window":64512,"options":["timestamps 4285067994 3559746433"]}
{"event":"segment","from":"client","flags":["PSH","ACK"],"seq":6001,"ack":1,"absolute":{"seq":3436215551,"ack":1143086351},"bytes":1000,"window":64512,"options":["timestamps 4285067994 3559746433"]}
{"event":"segment","from":"client","flags":["PSH","ACK"],"seq":7001,"ack":1,"absolute":{"seq":3436216551,"ack":1143086351},"bytes":1000,"window":64512,"options":["timestamps 4285067994 3559746433"]}
{"event":"segment","from":"server","flags":["ACK"],"seq":1,"ack":1001,"absolute":{"seq":1143086351,"ack":3436210551},"bytes":0,"window":64512,"options":["timestamps 3559746712 4285067993"]}
{"event":"segment","from":"server","flags":["ACK"],"seq":1,"ack":2001,"absolute":{"seq":1143086351,"ack":3436211551},"bytes":0,"window":64512,"options":["timestamps 3559746752 4285067994"]}
{"event":"segment","from":"server","flags":["ACK"],"seq":1,"ack":2001,"absolute":{"seq":1143086351,"ack":3436211551},"bytes":0,"window":64512,"options":["timestamps 3559746789 4285067994","SACK 3436212551-3436213551"],"sack":[[3001,4001]]}
{"event":"segment","from":"server","flags":["ACK"],"seq":1,"ack":2001,"absolute":{"seq":1143086351,"ack":3436211551},"bytes":0,"window":64512,"options":["timestamps 3559746834 4285067994","SACK 3436212551-3436214551"],"sack":[[3001,5001]]}
{"event":"segment","from":"server","flags":["ACK"],"seq":1,"ack":2001,"absolute":{"seq":1143086351,"ack":3436211551},"bytes":0,"window":64512,"options":["timestamps 3559746880 4285067994","SACK 3436212551-3436215551"],"sack":[[3001,6001]]}
{"event":"segment","from":"server","flags":["ACK"],"seq":1,"ack":2001,"absolute":{"seq":1143086351,"ack":3436211551},"bytes":0,"window":64512,"options":["timestamps 3559746910 4285067994","SACK 3436212551-3436216551"],"sack":[[3001,7001]]}
{"event":"segment","from":"server","flags":["ACK"],"seq":1,"ack":2001,"absolute":{"seq":1143086351,"ack":3436211551},"bytes":0,"window":64512,"options":["timestamps 3559746953 4285067994","SACK 3436212551-3436217551"],"sack":[[3001,8001]]}
{"event":"segment","from":"client","flags":["PSH","ACK"],"seq":2001,"ack":1,"absolute":{"seq":3436211551,"ack":1143086351},"bytes":1000,"window":64512,"options":["timestamps 4285068538 3559746834"],"again":true}
{"event":"segment","from":"server","flags":["ACK"],"seq":1,"ack":8001,"absolute":{"seq":1143086351,"ack":3436217551},"bytes":0,"window":59392,"options":["timestamps 3559747163 4285068538"]}
`;

/** The events. */
export const EVENTS: readonly LabEvent[] = LINES.trim().split("\n").map((line) => JSON.parse(line));

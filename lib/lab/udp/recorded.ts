import type { LabEvent } from "../../app/mod.ts";

/** The wire that was recorded. */
export const RECORDED_SEED = 15;

/** What `lab udp` told of on a machine that has private networks, an event a line. */
const LINES = String.raw`
{"event":"bad_wire","seed":15,"loss":0.2,"duplicate":0.1,"reorder":0.1}
{"event":"datagram","from":"client","bytes":536,"number":1}
{"event":"arrival","over":"udp","number":1,"ms":5.8}
{"event":"datagram","from":"client","bytes":536,"number":2}
{"event":"arrival","over":"udp","number":2,"ms":2.7}
{"event":"datagram","from":"client","bytes":536,"number":3,"lost":true}
{"event":"datagram","from":"client","bytes":536,"number":4,"late":true}
{"event":"datagram","from":"client","bytes":536,"number":5}
{"event":"arrival","over":"udp","number":5,"ms":7}
{"event":"datagram","from":"client","bytes":536,"number":6}
{"event":"arrival","over":"udp","number":6,"ms":1.5}
{"event":"arrival","over":"udp","number":4,"ms":40}
{"event":"datagram","from":"client","bytes":536,"number":7}
{"event":"arrival","over":"udp","number":7,"ms":1.3}
{"event":"datagram","from":"client","bytes":536,"number":8,"twice":true}
{"event":"arrival","over":"udp","number":8,"ms":1.9}
{"event":"arrival","over":"udp","number":8,"ms":2.1}
{"event":"datagram","from":"client","bytes":536,"number":9}
{"event":"arrival","over":"udp","number":9,"ms":1.3}
{"event":"datagram","from":"client","bytes":536,"number":10,"twice":true}
{"event":"arrival","over":"udp","number":10,"ms":1}
{"event":"arrival","over":"udp","number":10,"ms":1.2}
{"event":"segment","from":"client","flags":["SYN"],"seq":0,"absolute":{"seq":2077157451},"bytes":0,"window":65392,"options":["MSS 536","window scale 10"]}
{"event":"segment","from":"server","flags":["SYN","ACK"],"seq":0,"ack":1,"absolute":{"seq":2415970273,"ack":2077157452},"bytes":0,"window":65392,"options":["MSS 536","window scale 10"]}
{"event":"segment","from":"client","flags":["ACK"],"seq":1,"ack":1,"absolute":{"seq":2077157452,"ack":2415970274},"bytes":0,"window":65536,"options":[]}
{"event":"segment","from":"client","flags":["PSH","ACK"],"seq":1,"ack":1,"absolute":{"seq":2077157452,"ack":2415970274},"bytes":536,"window":65536,"options":[],"number":1}
{"event":"arrival","over":"tcp","number":1,"ms":10.5}
{"event":"segment","from":"server","flags":["ACK"],"seq":1,"ack":537,"absolute":{"seq":2415970274,"ack":2077157988},"bytes":0,"window":65536,"options":[]}
{"event":"segment","from":"client","flags":["PSH","ACK"],"seq":537,"ack":1,"absolute":{"seq":2077157988,"ack":2415970274},"bytes":536,"window":65536,"options":[],"number":2}
{"event":"arrival","over":"tcp","number":2,"ms":6.4}
{"event":"segment","from":"server","flags":["ACK"],"seq":1,"ack":1073,"absolute":{"seq":2415970274,"ack":2077158524},"bytes":0,"window":65536,"options":[]}
{"event":"segment","from":"client","flags":["PSH","ACK"],"seq":1073,"ack":1,"absolute":{"seq":2077158524,"ack":2415970274},"bytes":536,"window":65536,"options":[],"number":3,"lost":true}
{"event":"segment","from":"client","flags":["PSH","ACK"],"seq":1609,"ack":1,"absolute":{"seq":2077159060,"ack":2415970274},"bytes":536,"window":65536,"options":[],"number":4,"late":true}
{"event":"segment","from":"client","flags":["PSH","ACK"],"seq":2145,"ack":1,"absolute":{"seq":2077159596,"ack":2415970274},"bytes":536,"window":65536,"options":[],"number":5}
{"event":"segment","from":"server","flags":["ACK"],"seq":1,"ack":1073,"absolute":{"seq":2415970274,"ack":2077158524},"bytes":0,"window":65536,"options":[]}
{"event":"segment","from":"client","flags":["PSH","ACK"],"seq":2681,"ack":1,"absolute":{"seq":2077160132,"ack":2415970274},"bytes":536,"window":65536,"options":[],"number":6}
{"event":"segment","from":"server","flags":["ACK"],"seq":1,"ack":1073,"absolute":{"seq":2415970274,"ack":2077158524},"bytes":0,"window":65536,"options":[]}
{"event":"segment","from":"server","flags":["ACK"],"seq":1,"ack":1073,"absolute":{"seq":2415970274,"ack":2077158524},"bytes":0,"window":65536,"options":[]}
{"event":"segment","from":"client","flags":["PSH","ACK"],"seq":1073,"ack":1,"absolute":{"seq":2077158524,"ack":2415970274},"bytes":536,"window":65536,"options":[],"again":true,"number":3}
{"event":"arrival","over":"tcp","number":3,"ms":65.7}
{"event":"arrival","over":"tcp","number":4,"ms":49.6,"kept_ms":11}
{"event":"arrival","over":"tcp","number":5,"ms":33.8,"kept_ms":27.9}
{"event":"arrival","over":"tcp","number":6,"ms":12,"kept_ms":11.2}
{"event":"segment","from":"server","flags":["ACK"],"seq":1,"ack":3217,"absolute":{"seq":2415970274,"ack":2077160668},"bytes":0,"window":63488,"options":[]}
{"event":"segment","from":"client","flags":["PSH","ACK"],"seq":3217,"ack":1,"absolute":{"seq":2077160668,"ack":2415970274},"bytes":536,"window":65536,"options":[],"number":7,"twice":true}
{"event":"arrival","over":"tcp","number":7,"ms":6.2}
{"event":"segment","from":"server","flags":["ACK"],"seq":1,"ack":3753,"absolute":{"seq":2415970274,"ack":2077161204},"bytes":0,"window":65536,"options":[]}
{"event":"segment","from":"server","flags":["ACK"],"seq":1,"ack":3753,"absolute":{"seq":2415970274,"ack":2077161204},"bytes":0,"window":65536,"options":[]}
{"event":"segment","from":"client","flags":["PSH","ACK"],"seq":3753,"ack":1,"absolute":{"seq":2077161204,"ack":2415970274},"bytes":536,"window":65536,"options":[],"number":8}
{"event":"arrival","over":"tcp","number":8,"ms":2.4}
{"event":"segment","from":"server","flags":["ACK"],"seq":1,"ack":4289,"absolute":{"seq":2415970274,"ack":2077161740},"bytes":0,"window":65536,"options":[]}
{"event":"segment","from":"client","flags":["PSH","ACK"],"seq":4289,"ack":1,"absolute":{"seq":2077161740,"ack":2415970274},"bytes":536,"window":65536,"options":[],"number":9,"twice":true}
{"event":"arrival","over":"tcp","number":9,"ms":8.9}
{"event":"segment","from":"server","flags":["ACK"],"seq":1,"ack":4825,"absolute":{"seq":2415970274,"ack":2077162276},"bytes":0,"window":65536,"options":[]}
{"event":"segment","from":"server","flags":["ACK"],"seq":1,"ack":4825,"absolute":{"seq":2415970274,"ack":2077162276},"bytes":0,"window":65536,"options":[]}
{"event":"segment","from":"client","flags":["PSH","ACK"],"seq":4825,"ack":1,"absolute":{"seq":2077162276,"ack":2415970274},"bytes":536,"window":65536,"options":[],"number":10,"twice":true}
{"event":"arrival","over":"tcp","number":10,"ms":5}
{"event":"segment","from":"server","flags":["ACK"],"seq":1,"ack":5361,"absolute":{"seq":2415970274,"ack":2077162812},"bytes":0,"window":65536,"options":[]}
{"event":"segment","from":"server","flags":["ACK"],"seq":1,"ack":5361,"absolute":{"seq":2415970274,"ack":2077162812},"bytes":0,"window":65536,"options":[]}
`;

/** The events. */
export const EVENTS: readonly LabEvent[] = LINES.trim().split("\n").map((line) => JSON.parse(line));

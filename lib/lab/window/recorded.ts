import type { LabEvent } from "../../app/mod.ts";

/** What `lab window` told of on a machine that has private networks, an event a line. */
const LINES = String.raw`
{"event":"scene","scene":"opening"}
{"event":"tcp_state","at":"client","state":"CLOSED"}
{"event":"tcp_state","at":"server","state":"CLOSED"}
{"event":"call","at":"server","call":"listen()"}
{"event":"tcp_state","at":"server","state":"LISTEN","before":"CLOSED","row":"0100000A:1F90 00000000:0000 0A"}
{"event":"call","at":"client","call":"connect()"}
{"event":"tcp_state","at":"client","state":"SYN_SENT","before":"CLOSED","row":"0100000A:C32C 0200000A:1F90 02"}
{"event":"segment","from":"client","flags":["SYN"],"seq":0,"absolute":{"seq":3314273671},"bytes":0,"window":2920,"options":["MSS 1460","SACK permitted","timestamps 215325078 0"]}
{"event":"tcp_state","at":"server","state":"SYN_RECV","before":"LISTEN","row":"0100000A:1F90 0200000A:C32C 03"}
{"event":"segment","from":"server","flags":["SYN","ACK"],"seq":0,"ack":1,"absolute":{"seq":108395688,"ack":3314273672},"bytes":0,"window":2896,"options":["MSS 1460","SACK permitted","timestamps 1313584460 215325078"]}
{"event":"tcp_state","at":"client","state":"ESTABLISHED","before":"SYN_SENT","row":"0100000A:C32C 0200000A:1F90 01"}
{"event":"segment","from":"client","flags":["ACK"],"seq":1,"ack":1,"absolute":{"seq":3314273672,"ack":108395689},"bytes":0,"window":2920,"options":["timestamps 215325117 1313584460"]}
{"event":"tcp_state","at":"server","state":"ESTABLISHED","before":"SYN_RECV","row":"0100000A:1F90 0200000A:C32C 01"}
{"event":"call","at":"server","call":"accept()"}
{"event":"scene","scene":"full"}
{"event":"call","at":"client","call":"6 × write()"}
{"event":"segment","from":"client","flags":["PSH","ACK"],"seq":1,"ack":1,"absolute":{"seq":3314273672,"ack":108395689},"bytes":1448,"window":2920,"options":["timestamps 215325159 1313584460"]}
{"event":"segment","from":"client","flags":["PSH","ACK"],"seq":1449,"ack":1,"absolute":{"seq":3314275120,"ack":108395689},"bytes":1448,"window":2920,"options":["timestamps 215325159 1313584460"]}
{"event":"segment","from":"server","flags":["ACK"],"seq":1,"ack":1449,"absolute":{"seq":108395689,"ack":3314275120},"bytes":0,"window":2896,"options":["timestamps 1313584541 215325159"]}
{"event":"segment","from":"client","flags":["ACK"],"seq":2897,"ack":1,"absolute":{"seq":3314276568,"ack":108395689},"bytes":1448,"window":2920,"options":["timestamps 215325190 1313584541"]}
{"event":"segment","from":"server","flags":["ACK"],"seq":1,"ack":2897,"absolute":{"seq":108395689,"ack":3314276568},"bytes":0,"window":1448,"options":["timestamps 1313584619 215325159"]}
{"event":"segment","from":"server","flags":["ACK"],"seq":1,"ack":4345,"absolute":{"seq":108395689,"ack":3314278016},"bytes":0,"window":0,"options":["timestamps 1313584691 215325190"]}
{"event":"tcp_socket","at":"client","local":"10.0.0.1:49964","remote":"10.0.0.2:8080","state":"ESTABLISHED","send_queue":4344,"receive_queue":0,"timer":"zero window probe","time_left":0.25,"retransmissions":0}
{"event":"tcp_socket","at":"server","local":"10.0.0.1:8080","remote":"10.0.0.2:49964","state":"ESTABLISHED","send_queue":0,"receive_queue":4344,"retransmissions":0}
{"event":"scene","scene":"probes"}
{"event":"segment","from":"client","flags":["ACK"],"seq":4344,"ack":1,"absolute":{"seq":3314278015,"ack":108395689},"bytes":0,"window":2920,"options":["timestamps 215325622 1313584691"],"probe":true}
{"event":"segment","from":"server","flags":["ACK"],"seq":1,"ack":4345,"absolute":{"seq":108395689,"ack":3314278016},"bytes":0,"window":0,"options":["timestamps 1313584994 215325190"]}
{"event":"segment","from":"client","flags":["ACK"],"seq":4344,"ack":1,"absolute":{"seq":3314278015,"ack":108395689},"bytes":0,"window":2920,"options":["timestamps 215326166 1313584994"],"probe":true}
{"event":"segment","from":"server","flags":["ACK"],"seq":1,"ack":4345,"absolute":{"seq":108395689,"ack":3314278016},"bytes":0,"window":0,"options":["timestamps 1313585539 215325190"]}
{"event":"segment","from":"client","flags":["ACK"],"seq":4344,"ack":1,"absolute":{"seq":3314278015,"ack":108395689},"bytes":0,"window":2920,"options":["timestamps 215327258 1313585539"],"probe":true}
{"event":"segment","from":"server","flags":["ACK"],"seq":1,"ack":4345,"absolute":{"seq":108395689,"ack":3314278016},"bytes":0,"window":0,"options":["timestamps 1313586630 215325190"]}
{"event":"scene","scene":"open again"}
{"event":"call","at":"server","call":"read() = 4344"}
{"event":"segment","from":"server","flags":["ACK"],"seq":1,"ack":4345,"absolute":{"seq":108395689,"ack":3314278016},"bytes":0,"window":2896,"options":["timestamps 1313586660 215325190"]}
{"event":"segment","from":"client","flags":["ACK"],"seq":4345,"ack":1,"absolute":{"seq":3314278016,"ack":108395689},"bytes":1448,"window":2920,"options":["timestamps 215327303 1313586660"]}
{"event":"segment","from":"client","flags":["PSH","ACK"],"seq":5793,"ack":1,"absolute":{"seq":3314279464,"ack":108395689},"bytes":1448,"window":2920,"options":["timestamps 215327303 1313586660"]}
{"event":"segment","from":"server","flags":["ACK"],"seq":1,"ack":5793,"absolute":{"seq":108395689,"ack":3314279464},"bytes":0,"window":2896,"options":["timestamps 1313586687 215327303"]}
{"event":"call","at":"server","call":"read() = 1448"}
{"event":"segment","from":"client","flags":["PSH","ACK"],"seq":7241,"ack":1,"absolute":{"seq":3314280912,"ack":108395689},"bytes":1448,"window":2920,"options":["timestamps 215327335 1313586687"]}
{"event":"call","at":"server","call":"read() = 1448"}
{"event":"segment","from":"server","flags":["ACK"],"seq":1,"ack":7241,"absolute":{"seq":108395689,"ack":3314280912},"bytes":0,"window":2896,"options":["timestamps 1313586724 215327303"]}
{"event":"call","at":"server","call":"read() = 1448"}
{"event":"segment","from":"server","flags":["ACK"],"seq":1,"ack":8689,"absolute":{"seq":108395689,"ack":3314282360},"bytes":0,"window":2896,"options":["timestamps 1313586749 215327335"]}
{"event":"tcp_socket","at":"client","local":"10.0.0.1:49964","remote":"10.0.0.2:8080","state":"ESTABLISHED","send_queue":0,"receive_queue":0,"retransmissions":0}
{"event":"tcp_socket","at":"server","local":"10.0.0.1:8080","remote":"10.0.0.2:49964","state":"ESTABLISHED","send_queue":0,"receive_queue":0,"retransmissions":0}
`;

/** The events. */
export const EVENTS: readonly LabEvent[] = LINES.trim().split("\n").map((line) => JSON.parse(line));

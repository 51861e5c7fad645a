import type { LabEvent } from "../../app/mod.ts";

/** What `lab pitfalls` told of on a machine that has private networks, an event a line, but how connections were opened. */
const LINES = String.raw`
{"event":"scene","scene":"time-wait"}
{"event":"scene","scene":"client first"}
{"event":"tcp_socket","at":"client","local":"10.0.0.1:55878","remote":"10.0.0.2:8080","state":"TIME_WAIT","send_queue":0,"receive_queue":0,"timer":"time wait","time_left":59.97,"retransmissions":0}
{"event":"call","at":"server","call":"bind() = 0"}
{"event":"scene","scene":"server first"}
{"event":"call","at":"server","call":"close()"}
{"event":"tcp_state","at":"server","state":"FIN_WAIT_1","before":"ESTABLISHED","row":"0100000A:1F90 0200000A:DA50 04"}
{"event":"segment","from":"server","flags":["FIN","ACK"],"seq":1,"ack":1,"absolute":{"seq":2380178920,"ack":1617931370},"bytes":0,"window":65536,"options":["timestamps 2371362298 2922404353"]}
{"event":"tcp_state","at":"client","state":"CLOSE_WAIT","before":"ESTABLISHED","row":"0100000A:DA50 0200000A:1F90 08"}
{"event":"segment","from":"client","flags":["ACK"],"seq":1,"ack":2,"absolute":{"seq":1617931370,"ack":2380178921},"bytes":0,"window":64512,"options":["timestamps 2922404388 2371362298"]}
{"event":"tcp_state","at":"server","state":"FIN_WAIT_2","before":"FIN_WAIT_1","row":"0100000A:1F90 0200000A:DA50 05"}
{"event":"call","at":"client","call":"read() = 0"}
{"event":"call","at":"client","call":"close()"}
{"event":"tcp_state","at":"client","state":"LAST_ACK","before":"CLOSE_WAIT","row":"0100000A:DA50 0200000A:1F90 09"}
{"event":"segment","from":"client","flags":["FIN","ACK"],"seq":1,"ack":2,"absolute":{"seq":1617931370,"ack":2380178921},"bytes":0,"window":64512,"options":["timestamps 2922404411 2371362298"]}
{"event":"tcp_state","at":"server","state":"TIME_WAIT","before":"FIN_WAIT_2","row":"0100000A:1F90 0200000A:DA50 06"}
{"event":"segment","from":"server","flags":["ACK"],"seq":2,"ack":2,"absolute":{"seq":2380178921,"ack":1617931371},"bytes":0,"window":65536,"options":["timestamps 2371362342 2922404411"]}
{"event":"tcp_state","at":"client","state":"CLOSED","before":"LAST_ACK"}
{"event":"call","at":"server","call":"bind() = EADDRINUSE"}
{"event":"call","at":"server","call":"setsockopt(SO_REUSEADDR, 1)"}
{"event":"call","at":"server","call":"bind() = 0"}
{"event":"scene","scene":"cure"}
{"event":"scene","scene":"half-open"}
{"event":"tcp_state","at":"server","state":"CLOSED","before":"ESTABLISHED"}
{"event":"tcp_socket","at":"client","local":"10.0.0.1:55890","remote":"10.0.0.2:8080","state":"ESTABLISHED","send_queue":0,"receive_queue":0,"retransmissions":0}
{"event":"call","at":"client","call":"write(\"hello\") = 5"}
{"event":"segment","from":"client","flags":["PSH","ACK"],"seq":1,"ack":1,"absolute":{"seq":2299375466,"ack":1561297172},"bytes":5,"window":64512,"options":["timestamps 2397741263 3063982281"],"text":"hello"}
{"event":"segment","from":"server","flags":["RST"],"seq":1,"absolute":{"seq":1561297172},"bytes":0,"window":0,"options":[]}
{"event":"tcp_state","at":"client","state":"CLOSED","before":"ESTABLISHED"}
{"event":"call","at":"client","call":"read() = ECONNRESET"}
{"event":"scene","scene":"keepalive"}
{"event":"call","at":"client","call":"setsockopt(SO_KEEPALIVE, 1)"}
{"event":"call","at":"client","call":"setsockopt(TCP_KEEPIDLE, 1)"}
{"event":"call","at":"client","call":"setsockopt(TCP_KEEPINTVL, 1)"}
{"event":"call","at":"client","call":"setsockopt(TCP_KEEPCNT, 2)"}
{"event":"tcp_state","at":"server","state":"CLOSED","before":"ESTABLISHED"}
{"event":"segment","from":"client","flags":["ACK"],"seq":0,"ack":1,"absolute":{"seq":2878690239,"ack":330186951},"bytes":0,"window":64512,"options":["timestamps 2497240457 1353273898"],"probe":true,"lost":true}
{"event":"segment","from":"client","flags":["ACK"],"seq":0,"ack":1,"absolute":{"seq":2878690239,"ack":330186951},"bytes":0,"window":64512,"options":["timestamps 2497241481 1353273898"],"probe":true,"lost":true}
{"event":"tcp_state","at":"client","state":"CLOSED","before":"ESTABLISHED"}
{"event":"segment","from":"client","flags":["RST","ACK"],"seq":1,"ack":1,"absolute":{"seq":2878690240,"ack":330186951},"bytes":0,"window":64512,"options":["timestamps 2497242505 1353273898"],"lost":true}
{"event":"call","at":"client","call":"read() = ETIMEDOUT"}
{"event":"scene","scene":"cure"}
{"event":"scene","scene":"epipe"}
{"event":"call","at":"server","call":"close()"}
{"event":"tcp_state","at":"server","state":"FIN_WAIT_1","before":"ESTABLISHED","row":"0100000A:1F90 0200000A:9334 04"}
{"event":"segment","from":"server","flags":["FIN","ACK"],"seq":1,"ack":1,"absolute":{"seq":1980099974,"ack":2944721170},"bytes":0,"window":65536,"options":["timestamps 2641368480 1883537046"]}
{"event":"tcp_state","at":"client","state":"CLOSE_WAIT","before":"ESTABLISHED","row":"0100000A:9334 0200000A:1F90 08"}
{"event":"segment","from":"client","flags":["ACK"],"seq":1,"ack":2,"absolute":{"seq":2944721170,"ack":1980099975},"bytes":0,"window":64512,"options":["timestamps 1883537076 2641368480"]}
{"event":"tcp_state","at":"server","state":"FIN_WAIT_2","before":"FIN_WAIT_1","row":"0100000A:1F90 0200000A:9334 05"}
{"event":"call","at":"client","call":"write(\"one\") = 3"}
{"event":"segment","from":"client","flags":["PSH","ACK"],"seq":1,"ack":2,"absolute":{"seq":2944721170,"ack":1980099975},"bytes":3,"window":64512,"options":["timestamps 1883537096 2641368480"],"text":"one"}
{"event":"tcp_state","at":"server","state":"CLOSED","before":"FIN_WAIT_2"}
{"event":"segment","from":"server","flags":["RST"],"seq":2,"absolute":{"seq":1980099975},"bytes":0,"window":0,"options":[]}
{"event":"tcp_state","at":"client","state":"CLOSED","before":"CLOSE_WAIT"}
{"event":"call","at":"client","call":"write(\"two\") = EPIPE"}
{"event":"scene","scene":"cure"}
{"event":"scene","scene":"backlog"}
{"event":"tcp_state","at":"client","state":"CLOSED"}
{"event":"tcp_state","at":"server","state":"LISTEN","row":"0100000A:1F90 00000000:0000 0A"}
{"event":"call","at":"client","call":"connect()"}
{"event":"tcp_state","at":"client","state":"SYN_SENT","before":"CLOSED","row":"0100000A:9354 0200000A:1F90 02"}
{"event":"segment","from":"client","flags":["SYN"],"seq":0,"absolute":{"seq":902444469},"bytes":0,"window":64240,"options":["MSS 1460","SACK permitted","timestamps 3603296669 0","window scale 10"]}
{"event":"tcp_socket","at":"client","local":"10.0.0.1:37716","remote":"10.0.0.2:8080","state":"SYN_SENT","send_queue":1,"receive_queue":0,"timer":"retransmission","time_left":0.98,"retransmissions":0}
{"event":"tcp_socket","at":"server","local":"10.0.0.1:8080","remote":"*","state":"LISTEN","send_queue":0,"receive_queue":2,"retransmissions":0}
{"event":"segment","from":"client","flags":["SYN"],"seq":0,"absolute":{"seq":902444469},"bytes":0,"window":64240,"options":["MSS 1460","SACK permitted","timestamps 3603297697 0","window scale 10"],"again":true}
{"event":"call","at":"server","call":"accept()"}
{"event":"segment","from":"client","flags":["SYN"],"seq":0,"absolute":{"seq":902444469},"bytes":0,"window":64240,"options":["MSS 1460","SACK permitted","timestamps 3603298721 0","window scale 10"],"again":true}
{"event":"tcp_state","at":"server","state":"SYN_RECV","before":"LISTEN","row":"0100000A:1F90 0200000A:9354 03"}
{"event":"segment","from":"server","flags":["SYN","ACK"],"seq":0,"ack":1,"absolute":{"seq":627897221,"ack":902444470},"bytes":0,"window":65160,"options":["MSS 1460","SACK permitted","timestamps 782333732 3603298721","window scale 10"]}
{"event":"tcp_state","at":"client","state":"ESTABLISHED","before":"SYN_SENT","row":"0100000A:9354 0200000A:1F90 01"}
{"event":"segment","from":"client","flags":["ACK"],"seq":1,"ack":1,"absolute":{"seq":902444470,"ack":627897222},"bytes":0,"window":64512,"options":["timestamps 3603298747 782333732"]}
{"event":"tcp_state","at":"server","state":"ESTABLISHED","before":"SYN_RECV","row":"0100000A:1F90 0200000A:9354 01"}
{"event":"scene","scene":"cure"}
{"event":"scene","scene":"nagle"}
{"event":"scene","scene":"two writes"}
{"event":"call","at":"server","call":"setsockopt(TCP_QUICKACK, 0)"}
{"event":"call","at":"client","call":"write(\"head\") = 4"}
{"event":"call","at":"client","call":"write(\"body\") = 4"}
{"event":"segment","from":"client","flags":["PSH","ACK"],"seq":1,"ack":1,"absolute":{"seq":3256453668,"ack":3615348726},"bytes":4,"window":64512,"options":["timestamps 2636978936 2663693846"],"text":"head"}
{"event":"segment","from":"server","flags":["ACK"],"seq":1,"ack":5,"absolute":{"seq":3615348726,"ack":3256453672},"bytes":0,"window":65536,"options":["timestamps 2663693907 2636978936"]}
{"event":"segment","from":"client","flags":["PSH","ACK"],"seq":5,"ack":1,"absolute":{"seq":3256453672,"ack":3615348726},"bytes":4,"window":64512,"options":["timestamps 2636978981 2663693907"],"text":"body"}
{"event":"segment","from":"server","flags":["ACK"],"seq":1,"ack":9,"absolute":{"seq":3615348726,"ack":3256453676},"bytes":0,"window":65536,"options":["timestamps 2663693909 2636978981"]}
{"event":"scene","scene":"TCP_NODELAY"}
{"event":"call","at":"server","call":"setsockopt(TCP_QUICKACK, 0)"}
{"event":"call","at":"client","call":"setsockopt(TCP_NODELAY, 1)"}
{"event":"call","at":"client","call":"write(\"head\") = 4"}
{"event":"call","at":"client","call":"write(\"body\") = 4"}
{"event":"segment","from":"client","flags":["PSH","ACK"],"seq":1,"ack":1,"absolute":{"seq":2598071645,"ack":3687166661},"bytes":4,"window":64512,"options":["timestamps 1893243648 1780262420"],"text":"head"}
{"event":"segment","from":"client","flags":["PSH","ACK"],"seq":5,"ack":1,"absolute":{"seq":2598071649,"ack":3687166661},"bytes":4,"window":64512,"options":["timestamps 1893243649 1780262420"],"text":"body"}
{"event":"segment","from":"server","flags":["ACK"],"seq":1,"ack":9,"absolute":{"seq":3687166661,"ack":2598071653},"bytes":0,"window":65536,"options":["timestamps 1780262485 1893243648"]}
{"event":"scene","scene":"one write"}
{"event":"call","at":"server","call":"setsockopt(TCP_QUICKACK, 0)"}
{"event":"call","at":"client","call":"write(\"headbody\") = 8"}
{"event":"segment","from":"client","flags":["PSH","ACK"],"seq":1,"ack":1,"absolute":{"seq":4150302749,"ack":3992852579},"bytes":8,"window":64512,"options":["timestamps 1020963059 3933624450"],"text":"headbody"}
{"event":"segment","from":"server","flags":["ACK"],"seq":1,"ack":9,"absolute":{"seq":3992852579,"ack":4150302757},"bytes":0,"window":65536,"options":["timestamps 3933624512 1020963059"]}
{"event":"scene","scene":"cure"}
{"event":"scene","scene":"reset"}
{"event":"scene","scene":"unread bytes"}
{"event":"call","at":"client","call":"write(\"hello\") = 5"}
{"event":"segment","from":"client","flags":["PSH","ACK"],"seq":1,"ack":1,"absolute":{"seq":450938552,"ack":4193838221},"bytes":5,"window":64512,"options":["timestamps 677705797 3451132988"],"text":"hello"}
{"event":"segment","from":"server","flags":["ACK"],"seq":1,"ack":6,"absolute":{"seq":4193838221,"ack":450938557},"bytes":0,"window":65536,"options":["timestamps 3451133014 677705797"]}
{"event":"tcp_socket","at":"client","local":"10.0.0.1:37762","remote":"10.0.0.2:8080","state":"ESTABLISHED","send_queue":0,"receive_queue":0,"retransmissions":0}
{"event":"tcp_socket","at":"server","local":"10.0.0.1:8080","remote":"10.0.0.2:37762","state":"ESTABLISHED","send_queue":0,"receive_queue":5,"retransmissions":0}
{"event":"call","at":"server","call":"close()"}
{"event":"tcp_state","at":"server","state":"CLOSED","before":"ESTABLISHED"}
{"event":"segment","from":"server","flags":["RST","ACK"],"seq":1,"ack":6,"absolute":{"seq":4193838221,"ack":450938557},"bytes":0,"window":65536,"options":["timestamps 3451133040 677705797"]}
{"event":"tcp_state","at":"client","state":"CLOSED","before":"ESTABLISHED"}
{"event":"call","at":"client","call":"read() = ECONNRESET"}
{"event":"scene","scene":"abort"}
{"event":"call","at":"server","call":"write(\"one\") = 3"}
{"event":"segment","from":"server","flags":["PSH","ACK"],"seq":1,"ack":1,"absolute":{"seq":1786117044,"ack":1652376441},"bytes":3,"window":65536,"options":["timestamps 1091409731 3397843360"],"text":"one"}
{"event":"segment","from":"client","flags":["ACK"],"seq":1,"ack":4,"absolute":{"seq":1652376441,"ack":1786117047},"bytes":0,"window":64512,"options":["timestamps 3397843385 1091409731"]}
{"event":"call","at":"server","call":"write(\"two\") = 3"}
{"event":"tcp_socket","at":"client","local":"10.0.0.1:37768","remote":"10.0.0.2:8080","state":"ESTABLISHED","send_queue":0,"receive_queue":3,"retransmissions":0}
{"event":"tcp_socket","at":"server","local":"10.0.0.1:8080","remote":"10.0.0.2:37768","state":"ESTABLISHED","send_queue":6,"receive_queue":0,"timer":"retransmission","time_left":59.99,"retransmissions":0}
{"event":"call","at":"server","call":"connect(AF_UNSPEC)"}
{"event":"tcp_state","at":"server","state":"CLOSED","before":"ESTABLISHED"}
{"event":"segment","from":"server","flags":["RST","ACK"],"seq":4,"ack":1,"absolute":{"seq":1786117047,"ack":1652376441},"bytes":0,"window":65536,"options":["timestamps 1091409759 3397843360"]}
{"event":"tcp_state","at":"client","state":"CLOSED","before":"ESTABLISHED"}
{"event":"call","at":"client","call":"read() = 3"}
{"event":"call","at":"client","call":"read() = ECONNRESET"}
{"event":"scene","scene":"cure"}
{"event":"scene","scene":"syn-flood"}
{"event":"scene","scene":"no cookies"}
{"event":"tcp_state","at":"client","state":"CLOSED"}
{"event":"tcp_state","at":"server","state":"LISTEN","row":"0100000A:1F90 00000000:0000 0A"}
{"event":"call","at":"server","call":"tcp_syncookies = 0"}
{"event":"flood","segments":8,"sources":["10.0.0.101","10.0.0.108"],"half_open":5}
{"event":"call","at":"client","call":"connect()"}
{"event":"tcp_state","at":"client","state":"SYN_SENT","before":"CLOSED","row":"0100000A:9392 0200000A:1F90 02"}
{"event":"segment","from":"client","flags":["SYN"],"seq":0,"absolute":{"seq":950652506},"bytes":0,"window":64240,"options":["MSS 1460","SACK permitted","timestamps 2685683021 0","window scale 10"]}
{"event":"segment","from":"client","flags":["SYN"],"seq":0,"absolute":{"seq":950652506},"bytes":0,"window":64240,"options":["MSS 1460","SACK permitted","timestamps 2685684052 0","window scale 10"],"again":true}
{"event":"scene","scene":"cookies"}
{"event":"tcp_state","at":"client","state":"CLOSED"}
{"event":"tcp_state","at":"server","state":"LISTEN","row":"0100000A:1F90 00000000:0000 0A"}
{"event":"call","at":"server","call":"tcp_syncookies = 1"}
{"event":"flood","segments":8,"sources":["10.0.0.201","10.0.0.208"],"half_open":5}
{"event":"call","at":"client","call":"connect()"}
{"event":"tcp_state","at":"client","state":"SYN_SENT","before":"CLOSED","row":"0100000A:939C 0200000A:1F90 02"}
{"event":"segment","from":"client","flags":["SYN"],"seq":0,"absolute":{"seq":905110874},"bytes":0,"window":64240,"options":["MSS 1460","SACK permitted","timestamps 1047824248 0","window scale 10"]}
{"event":"segment","from":"server","flags":["SYN","ACK"],"seq":0,"ack":1,"absolute":{"seq":992726276,"ack":905110875},"bytes":0,"window":65160,"options":["MSS 1460","SACK permitted","timestamps 2594797131 1047824248","window scale 10"]}
{"event":"tcp_state","at":"client","state":"ESTABLISHED","before":"SYN_SENT","row":"0100000A:939C 0200000A:1F90 01"}
{"event":"segment","from":"client","flags":["ACK"],"seq":1,"ack":1,"absolute":{"seq":905110875,"ack":992726277},"bytes":0,"window":64512,"options":["timestamps 1047824270 2594797131"]}
{"event":"tcp_state","at":"server","state":"ESTABLISHED","before":"LISTEN","row":"0100000A:1F90 0200000A:939C 01"}
{"event":"call","at":"server","call":"accept()"}
{"event":"scene","scene":"cure"}
`;

/** The events. */
export const EVENTS: readonly LabEvent[] = LINES.trim().split("\n").map((line) => JSON.parse(line));

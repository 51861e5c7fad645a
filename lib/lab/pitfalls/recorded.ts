import type { LabEvent } from "../../app/mod.ts";

/** What `lab pitfalls` told of on a machine that has private networks, an event a line, but how connections were opened. */
const LINES = String.raw`
{"event":"scene","scene":"time-wait"}
{"event":"scene","scene":"client first"}
{"event":"tcp_socket","at":"client","local":"10.0.0.1:60110","remote":"10.0.0.2:8080","state":"TIME_WAIT","send_queue":0,"receive_queue":0,"timer":"time wait","time_left":59.94,"retransmissions":0}
{"event":"call","at":"server","call":"bind() = 0"}
{"event":"scene","scene":"server first"}
{"event":"call","at":"server","call":"close()"}
{"event":"tcp_state","at":"server","state":"FIN_WAIT_1","before":"ESTABLISHED","row":"0100000A:1F90 0200000A:EADE 04"}
{"event":"segment","from":"server","flags":["FIN","ACK"],"seq":1,"ack":1,"absolute":{"seq":1308711811,"ack":2363974459},"bytes":0,"window":65536,"options":["timestamps 877243336 2051535507"]}
{"event":"tcp_state","at":"client","state":"CLOSE_WAIT","before":"ESTABLISHED","row":"0100000A:EADE 0200000A:1F90 08"}
{"event":"segment","from":"client","flags":["ACK"],"seq":1,"ack":2,"absolute":{"seq":2363974459,"ack":1308711812},"bytes":0,"window":64512,"options":["timestamps 2051535564 877243336"]}
{"event":"tcp_state","at":"server","state":"FIN_WAIT_2","before":"FIN_WAIT_1","row":"0100000A:1F90 0200000A:EADE 05"}
{"event":"call","at":"client","call":"read() = 0"}
{"event":"call","at":"client","call":"close()"}
{"event":"tcp_state","at":"client","state":"LAST_ACK","before":"CLOSE_WAIT","row":"0100000A:EADE 0200000A:1F90 09"}
{"event":"segment","from":"client","flags":["FIN","ACK"],"seq":1,"ack":2,"absolute":{"seq":2363974459,"ack":1308711812},"bytes":0,"window":64512,"options":["timestamps 2051535657 877243336"]}
{"event":"tcp_state","at":"server","state":"TIME_WAIT","before":"FIN_WAIT_2","row":"0100000A:1F90 0200000A:EADE 06"}
{"event":"segment","from":"server","flags":["ACK"],"seq":2,"ack":2,"absolute":{"seq":1308711812,"ack":2363974460},"bytes":0,"window":65536,"options":["timestamps 877243474 2051535657"]}
{"event":"tcp_state","at":"client","state":"CLOSED","before":"LAST_ACK"}
{"event":"call","at":"server","call":"bind() = EADDRINUSE"}
{"event":"call","at":"server","call":"setsockopt(SO_REUSEADDR, 1)"}
{"event":"call","at":"server","call":"bind() = 0"}
{"event":"scene","scene":"cure"}
{"event":"scene","scene":"half-open"}
{"event":"scene","scene":"comes back"}
{"event":"tcp_state","at":"server","state":"CLOSED","before":"ESTABLISHED"}
{"event":"tcp_socket","at":"client","local":"10.0.0.1:60130","remote":"10.0.0.2:8080","state":"ESTABLISHED","send_queue":0,"receive_queue":0,"retransmissions":0}
{"event":"call","at":"client","call":"write(\"hello\") = 5"}
{"event":"segment","from":"client","flags":["PSH","ACK"],"seq":1,"ack":1,"absolute":{"seq":1450301301,"ack":861534107},"bytes":5,"window":64512,"options":["timestamps 2157634234 1591036152"],"text":"hello"}
{"event":"segment","from":"server","flags":["RST"],"seq":1,"absolute":{"seq":861534107},"bytes":0,"window":0,"options":[]}
{"event":"tcp_state","at":"client","state":"CLOSED","before":"ESTABLISHED"}
{"event":"call","at":"client","call":"read() = ECONNRESET"}
{"event":"scene","scene":"keepalive"}
{"event":"call","at":"client","call":"setsockopt(SO_KEEPALIVE, 1)"}
{"event":"call","at":"client","call":"setsockopt(TCP_KEEPIDLE, 1)"}
{"event":"call","at":"client","call":"setsockopt(TCP_KEEPINTVL, 1)"}
{"event":"call","at":"client","call":"setsockopt(TCP_KEEPCNT, 2)"}
{"event":"tcp_state","at":"server","state":"CLOSED","before":"ESTABLISHED"}
{"event":"segment","from":"client","flags":["ACK"],"seq":0,"ack":1,"absolute":{"seq":2359079427,"ack":138634316},"bytes":0,"window":64512,"options":["timestamps 98604621 3282743169"],"probe":true,"lost":true}
{"event":"segment","from":"client","flags":["ACK"],"seq":0,"ack":1,"absolute":{"seq":2359079427,"ack":138634316},"bytes":0,"window":64512,"options":["timestamps 98605645 3282743169"],"probe":true,"lost":true}
{"event":"tcp_state","at":"client","state":"CLOSED","before":"ESTABLISHED"}
{"event":"segment","from":"client","flags":["RST","ACK"],"seq":1,"ack":1,"absolute":{"seq":2359079428,"ack":138634316},"bytes":0,"window":64512,"options":["timestamps 98606669 3282743169"],"lost":true}
{"event":"call","at":"client","call":"read() = ETIMEDOUT"}
{"event":"scene","scene":"cure"}
{"event":"scene","scene":"epipe"}
{"event":"call","at":"server","call":"close()"}
{"event":"tcp_state","at":"server","state":"FIN_WAIT_1","before":"ESTABLISHED","row":"0100000A:1F90 0200000A:EB22 04"}
{"event":"segment","from":"server","flags":["FIN","ACK"],"seq":1,"ack":1,"absolute":{"seq":2757701077,"ack":289064835},"bytes":0,"window":65536,"options":["timestamps 581600793 2110891367"]}
{"event":"tcp_state","at":"client","state":"CLOSE_WAIT","before":"ESTABLISHED","row":"0100000A:EB22 0200000A:1F90 08"}
{"event":"segment","from":"client","flags":["ACK"],"seq":1,"ack":2,"absolute":{"seq":289064835,"ack":2757701078},"bytes":0,"window":64512,"options":["timestamps 2110891450 581600793"]}
{"event":"tcp_state","at":"server","state":"FIN_WAIT_2","before":"FIN_WAIT_1","row":"0100000A:1F90 0200000A:EB22 05"}
{"event":"call","at":"client","call":"write(\"one\") = 3"}
{"event":"segment","from":"client","flags":["PSH","ACK"],"seq":1,"ack":2,"absolute":{"seq":289064835,"ack":2757701078},"bytes":3,"window":64512,"options":["timestamps 2110891512 581600793"],"text":"one"}
{"event":"tcp_state","at":"server","state":"CLOSED","before":"FIN_WAIT_2"}
{"event":"segment","from":"server","flags":["RST"],"seq":2,"absolute":{"seq":2757701078},"bytes":0,"window":0,"options":[]}
{"event":"tcp_state","at":"client","state":"CLOSED","before":"CLOSE_WAIT"}
{"event":"call","at":"client","call":"write(\"two\") = EPIPE"}
{"event":"scene","scene":"cure"}
{"event":"scene","scene":"backlog"}
{"event":"tcp_state","at":"client","state":"CLOSED"}
{"event":"tcp_state","at":"server","state":"LISTEN","row":"0100000A:1F90 00000000:0000 0A"}
{"event":"call","at":"client","call":"connect()"}
{"event":"tcp_state","at":"client","state":"SYN_SENT","before":"CLOSED","row":"0100000A:EB48 0200000A:1F90 02"}
{"event":"segment","from":"client","flags":["SYN"],"seq":0,"absolute":{"seq":1264733584},"bytes":0,"window":64240,"options":["MSS 1460","SACK permitted","timestamps 2731534479 0","window scale 10"]}
{"event":"tcp_socket","at":"client","local":"10.0.0.1:60232","remote":"10.0.0.2:8080","state":"SYN_SENT","send_queue":1,"receive_queue":0,"timer":"retransmission","time_left":0.94,"retransmissions":0}
{"event":"tcp_socket","at":"server","local":"10.0.0.1:8080","remote":"*","state":"LISTEN","send_queue":0,"receive_queue":2,"retransmissions":0}
{"event":"segment","from":"client","flags":["SYN"],"seq":0,"absolute":{"seq":1264733584},"bytes":0,"window":64240,"options":["MSS 1460","SACK permitted","timestamps 2731535487 0","window scale 10"],"again":true}
{"event":"call","at":"server","call":"accept()"}
{"event":"segment","from":"client","flags":["SYN"],"seq":0,"absolute":{"seq":1264733584},"bytes":0,"window":64240,"options":["MSS 1460","SACK permitted","timestamps 2731536511 0","window scale 10"],"again":true}
{"event":"tcp_state","at":"server","state":"SYN_RECV","before":"LISTEN","row":"0100000A:1F90 0200000A:EB48 03"}
{"event":"segment","from":"server","flags":["SYN","ACK"],"seq":0,"ack":1,"absolute":{"seq":1989261022,"ack":1264733585},"bytes":0,"window":65160,"options":["MSS 1460","SACK permitted","timestamps 3522003824 2731536511","window scale 10"]}
{"event":"tcp_state","at":"client","state":"ESTABLISHED","before":"SYN_SENT","row":"0100000A:EB48 0200000A:1F90 01"}
{"event":"segment","from":"client","flags":["ACK"],"seq":1,"ack":1,"absolute":{"seq":1264733585,"ack":1989261023},"bytes":0,"window":64512,"options":["timestamps 2731536557 3522003824"]}
{"event":"tcp_state","at":"server","state":"ESTABLISHED","before":"SYN_RECV","row":"0100000A:1F90 0200000A:EB48 01"}
{"event":"scene","scene":"cure"}
{"event":"scene","scene":"nagle"}
{"event":"scene","scene":"two writes"}
{"event":"call","at":"server","call":"setsockopt(TCP_QUICKACK, 0)"}
{"event":"call","at":"client","call":"write(\"head\") = 4"}
{"event":"call","at":"client","call":"write(\"body\") = 4"}
{"event":"segment","from":"client","flags":["PSH","ACK"],"seq":1,"ack":1,"absolute":{"seq":947444418,"ack":4258724574},"bytes":4,"window":64512,"options":["timestamps 1860106456 430812322"],"text":"head"}
{"event":"segment","from":"server","flags":["ACK"],"seq":1,"ack":5,"absolute":{"seq":4258724574,"ack":947444422},"bytes":0,"window":65536,"options":["timestamps 430812416 1860106456"]}
{"event":"segment","from":"client","flags":["PSH","ACK"],"seq":5,"ack":1,"absolute":{"seq":947444422,"ack":4258724574},"bytes":4,"window":64512,"options":["timestamps 1860106500 430812416"],"text":"body"}
{"event":"segment","from":"server","flags":["ACK"],"seq":1,"ack":9,"absolute":{"seq":4258724574,"ack":947444426},"bytes":0,"window":65536,"options":["timestamps 430812417 1860106500"]}
{"event":"scene","scene":"TCP_NODELAY"}
{"event":"call","at":"server","call":"setsockopt(TCP_QUICKACK, 0)"}
{"event":"call","at":"client","call":"setsockopt(TCP_NODELAY, 1)"}
{"event":"call","at":"client","call":"write(\"head\") = 4"}
{"event":"call","at":"client","call":"write(\"body\") = 4"}
{"event":"segment","from":"client","flags":["PSH","ACK"],"seq":1,"ack":1,"absolute":{"seq":2212613128,"ack":302414082},"bytes":4,"window":64512,"options":["timestamps 3558719829 1521329160"],"text":"head"}
{"event":"segment","from":"client","flags":["PSH","ACK"],"seq":5,"ack":1,"absolute":{"seq":2212613132,"ack":302414082},"bytes":4,"window":64512,"options":["timestamps 3558719829 1521329160"],"text":"body"}
{"event":"segment","from":"server","flags":["ACK"],"seq":1,"ack":9,"absolute":{"seq":302414082,"ack":2212613136},"bytes":0,"window":65536,"options":["timestamps 1521329236 3558719829"]}
{"event":"scene","scene":"one write"}
{"event":"call","at":"server","call":"setsockopt(TCP_QUICKACK, 0)"}
{"event":"call","at":"client","call":"write(\"headbody\") = 8"}
{"event":"segment","from":"client","flags":["PSH","ACK"],"seq":1,"ack":1,"absolute":{"seq":359381296,"ack":2348168382},"bytes":8,"window":64512,"options":["timestamps 103504234 449949377"],"text":"headbody"}
{"event":"segment","from":"server","flags":["ACK"],"seq":1,"ack":9,"absolute":{"seq":2348168382,"ack":359381304},"bytes":0,"window":65536,"options":["timestamps 449949448 103504234"]}
{"event":"scene","scene":"cure"}
{"event":"scene","scene":"reset"}
{"event":"scene","scene":"unread bytes"}
{"event":"call","at":"client","call":"write(\"hello\") = 5"}
{"event":"segment","from":"client","flags":["PSH","ACK"],"seq":1,"ack":1,"absolute":{"seq":3188626990,"ack":2183963717},"bytes":5,"window":64512,"options":["timestamps 2178761319 343410086"],"text":"hello"}
{"event":"segment","from":"server","flags":["ACK"],"seq":1,"ack":6,"absolute":{"seq":2183963717,"ack":3188626995},"bytes":0,"window":65536,"options":["timestamps 343410143 2178761319"]}
{"event":"tcp_socket","at":"client","local":"10.0.0.1:60276","remote":"10.0.0.2:8080","state":"ESTABLISHED","send_queue":0,"receive_queue":0,"retransmissions":0}
{"event":"tcp_socket","at":"server","local":"10.0.0.1:8080","remote":"10.0.0.2:60276","state":"ESTABLISHED","send_queue":0,"receive_queue":5,"retransmissions":0}
{"event":"call","at":"server","call":"close()"}
{"event":"tcp_state","at":"server","state":"CLOSED","before":"ESTABLISHED"}
{"event":"segment","from":"server","flags":["RST","ACK"],"seq":1,"ack":6,"absolute":{"seq":2183963717,"ack":3188626995},"bytes":0,"window":65536,"options":["timestamps 343410262 2178761319"]}
{"event":"tcp_state","at":"client","state":"CLOSED","before":"ESTABLISHED"}
{"event":"call","at":"client","call":"read() = ECONNRESET"}
{"event":"scene","scene":"abort"}
{"event":"call","at":"server","call":"write(\"one\") = 3"}
{"event":"segment","from":"server","flags":["PSH","ACK"],"seq":1,"ack":1,"absolute":{"seq":1349759232,"ack":3835180814},"bytes":3,"window":65536,"options":["timestamps 1739364446 325732865"],"text":"one"}
{"event":"segment","from":"client","flags":["ACK"],"seq":1,"ack":4,"absolute":{"seq":3835180814,"ack":1349759235},"bytes":0,"window":64512,"options":["timestamps 325732940 1739364446"]}
{"event":"call","at":"server","call":"write(\"two\") = 3"}
{"event":"tcp_socket","at":"client","local":"10.0.0.1:60286","remote":"10.0.0.2:8080","state":"ESTABLISHED","send_queue":0,"receive_queue":3,"retransmissions":0}
{"event":"tcp_socket","at":"server","local":"10.0.0.1:8080","remote":"10.0.0.2:60286","state":"ESTABLISHED","send_queue":6,"receive_queue":0,"timer":"retransmission","time_left":59.96,"retransmissions":0}
{"event":"call","at":"server","call":"connect(AF_UNSPEC)"}
{"event":"tcp_state","at":"server","state":"CLOSED","before":"ESTABLISHED"}
{"event":"segment","from":"server","flags":["RST","ACK"],"seq":4,"ack":1,"absolute":{"seq":1349759235,"ack":3835180814},"bytes":0,"window":65536,"options":["timestamps 1739364538 325732865"]}
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
{"event":"tcp_state","at":"client","state":"SYN_SENT","before":"CLOSED","row":"0100000A:EB86 0200000A:1F90 02"}
{"event":"segment","from":"client","flags":["SYN"],"seq":0,"absolute":{"seq":857315703},"bytes":0,"window":64240,"options":["MSS 1460","SACK permitted","timestamps 1864574710 0","window scale 10"]}
{"event":"segment","from":"client","flags":["SYN"],"seq":0,"absolute":{"seq":857315703},"bytes":0,"window":64240,"options":["MSS 1460","SACK permitted","timestamps 1864575732 0","window scale 10"],"again":true}
{"event":"scene","scene":"cookies"}
{"event":"tcp_state","at":"client","state":"CLOSED"}
{"event":"tcp_state","at":"server","state":"LISTEN","row":"0100000A:1F90 00000000:0000 0A"}
{"event":"call","at":"server","call":"tcp_syncookies = 1"}
{"event":"flood","segments":8,"sources":["10.0.0.201","10.0.0.208"],"half_open":5}
{"event":"call","at":"client","call":"connect()"}
{"event":"tcp_state","at":"client","state":"SYN_SENT","before":"CLOSED","row":"0100000A:AD7C 0200000A:1F90 02"}
{"event":"segment","from":"client","flags":["SYN"],"seq":0,"absolute":{"seq":2805487450},"bytes":0,"window":64240,"options":["MSS 1460","SACK permitted","timestamps 508282530 0","window scale 10"]}
{"event":"segment","from":"server","flags":["SYN","ACK"],"seq":0,"ack":1,"absolute":{"seq":3170162266,"ack":2805487451},"bytes":0,"window":65160,"options":["MSS 1460","SACK permitted","timestamps 2491249655 508282530","window scale 10"]}
{"event":"tcp_state","at":"client","state":"ESTABLISHED","before":"SYN_SENT","row":"0100000A:AD7C 0200000A:1F90 01"}
{"event":"segment","from":"client","flags":["ACK"],"seq":1,"ack":1,"absolute":{"seq":2805487451,"ack":3170162267},"bytes":0,"window":64512,"options":["timestamps 508282608 2491249655"]}
{"event":"tcp_state","at":"server","state":"ESTABLISHED","before":"LISTEN","row":"0100000A:1F90 0200000A:AD7C 01"}
{"event":"call","at":"server","call":"accept()"}
{"event":"scene","scene":"cure"}
`;

/** The events. */
export const EVENTS: readonly LabEvent[] = LINES.trim().split("\n").map((line) => JSON.parse(line));

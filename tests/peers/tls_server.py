"""A TLS server that offers h2: HOST PORT CERT KEY [strict]; with strict it asks for a client certificate."""
import socket
import ssl
import sys
import threading

host, port, cert, key, *strict = sys.argv[1:]
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(cert, key)
context.set_alpn_protocols(["h2"])
if strict:
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(cert)


def talk(conn):
    try:
        with context.wrap_socket(conn, server_side=True) as tls:
            tls.recv(1)
    except OSError:
        conn.close()


with socket.create_server((host, int(port))) as server:
    print(server.getsockname()[1])
    while True:
        threading.Thread(target=talk, args=(server.accept()[0],), daemon=True).start()

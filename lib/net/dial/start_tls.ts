/**
 * Begins TLS on a connection, which is used up then, with the peer's certificate verified; ends soon once `signal` is
 * aborted.
 *
 * @param ca PEM text of certificates to trust beside the system's
 */
export async function startTls(
  conn: Deno.TcpConn,
  hostname: string,
  ca: string | undefined,
  signal: AbortSignal,
): Promise<Deno.TlsConn> {
  conn.setNoDelay(true);
  const tls = await Deno.startTls(conn, { hostname, caCerts: ca ? [ca] : [] });
  const onAbort = () => tls.close();
  signal.addEventListener("abort", onAbort);
  try {
    await tls.handshake();
    return tls;
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    tls.close();
    throw error;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

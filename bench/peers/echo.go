// echo PORT tcp|udp: the stamped echo in Go, a goroutine a connection.
package main

import (
	"fmt"
	"net"
	"os"
	"sync/atomic"
	"time"
)

type text struct {
	second int64
	bytes  []byte
}

var cached atomic.Pointer[text]

func stamp() []byte {
	now := time.Now()
	if t := cached.Load(); t != nil && t.second == now.Unix() {
		return t.bytes
	}
	t := &text{now.Unix(), now.AppendFormat(nil, "[Mon Jan _2 15:04:05 2006] ")}
	cached.Store(t)
	return t.bytes
}

func serveStream(connection net.Conn) {
	defer connection.Close()
	const hole = 27
	buffer := make([]byte, hole+32*1024)
	for {
		n, err := connection.Read(buffer[hole:])
		if n > 0 {
			copy(buffer, stamp())
			if _, err := connection.Write(buffer[:hole+n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

func serveDatagrams(address string) error {
	local, err := net.ResolveUDPAddr("udp4", address)
	if err != nil {
		return err
	}
	socket, err := net.ListenUDP("udp4", local)
	if err != nil {
		return err
	}
	fmt.Fprintln(os.Stderr, "listening on", socket.LocalAddr())
	const hole = 27
	buffer := make([]byte, hole+64*1024)
	for {
		n, peer, err := socket.ReadFromUDPAddrPort(buffer[hole:])
		if err != nil {
			return err
		}
		copy(buffer, stamp())
		socket.WriteToUDPAddrPort(buffer[:hole+n], peer)
	}
}

func serveStreams(address string) error {
	listener, err := net.Listen("tcp4", address)
	if err != nil {
		return err
	}
	fmt.Fprintln(os.Stderr, "listening on", listener.Addr())
	for {
		connection, err := listener.Accept()
		if err != nil {
			return err
		}
		go serveStream(connection)
	}
}

func main() {
	serve := serveStreams
	if os.Args[2] == "udp" {
		serve = serveDatagrams
	}
	fmt.Fprintln(os.Stderr, serve("127.0.0.1:"+os.Args[1]))
	os.Exit(1)
}

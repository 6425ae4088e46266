"""The network between an emulated board and this computer, in the test's hands: what is lost, and who gives addresses.

QEMU's user network answers DHCP with one address for ever. Here every Ethernet frame of the board goes through this
process: those of DHCP to a server that does as it is told, all others on to the user network, whose forwarded ports
lead to the board as ever, at whatever address it is.
"""

import contextlib
import random
import selectors
import socket
import struct
import threading

import dpkt

from tools import emulator

FAR_END = "far0"  # QEMU's name
SERVER = "10.0.2.2"  # the user network's router; its own DHCP server is never asked
SERVER_MAC = bytes.fromhex("525500000002")
NETMASK = "255.255.255.0"
_LENGTH = struct.Struct(">I")  # before each frame of QEMU's socket network


class DHCPServer:
    """A DHCP server (RFC 2131) with one address to give.

    `address` (str) is what it offers, who asks for another is refused; `lease_sec` is how long it lends it, `renew_sec`
    when the board is to ask again; `is_on` whether it answers. `seen` lists the names of the messages it was sent, but
    while it is off.
    """

    NAMES = {
        dpkt.dhcp.DHCPDISCOVER: "discover",
        dpkt.dhcp.DHCPREQUEST: "request",
        dpkt.dhcp.DHCPDECLINE: "decline",
        dpkt.dhcp.DHCPRELEASE: "release",
    }

    def __init__(self, address, lease_sec, renew_sec):
        self.address = address
        self.lease_sec = lease_sec
        self.renew_sec = renew_sec
        self.is_on = True
        self.seen = []

    def answer(self, message):
        """The answer (dpkt.dhcp.DHCP) to a message, None if there is none."""
        options = dict(message.opts)
        kind = options[dpkt.dhcp.DHCP_OPT_MSGTYPE][0]
        if not self.is_on:
            return None
        self.seen.append(self.NAMES.get(kind, str(kind)))
        if kind == dpkt.dhcp.DHCPDISCOVER:
            return self._reply(message, dpkt.dhcp.DHCPOFFER)
        if kind == dpkt.dhcp.DHCPREQUEST:
            wanted = options.get(dpkt.dhcp.DHCP_OPT_REQ_IP) or message.ciaddr.to_bytes(4, "big")
            granted = wanted == socket.inet_aton(self.address)
            return self._reply(message, dpkt.dhcp.DHCPACK if granted else dpkt.dhcp.DHCPNAK)
        return None

    def _reply(self, message, kind):
        options = [
            (dpkt.dhcp.DHCP_OPT_MSGTYPE, bytes([kind])),
            (dpkt.dhcp.DHCP_OPT_SERVER_ID, socket.inet_aton(SERVER)),
        ]
        reply = dpkt.dhcp.DHCP(op=dpkt.dhcp.DHCP_OP_REPLY, xid=message.xid, chaddr=message.chaddr)
        if kind != dpkt.dhcp.DHCPNAK:
            reply.yiaddr = int.from_bytes(socket.inet_aton(self.address), "big")
            options += [
                (dpkt.dhcp.DHCP_OPT_LEASE_SEC, self.lease_sec.to_bytes(4, "big")),
                (dpkt.dhcp.DHCP_OPT_RENEWTIME, self.renew_sec.to_bytes(4, "big")),
                (dpkt.dhcp.DHCP_OPT_NETMASK, socket.inet_aton(NETMASK)),
                (dpkt.dhcp.DHCP_OPT_ROUTER, socket.inet_aton(SERVER)),
            ]
        reply.opts = options
        return reply


class Wire:
    """The cable. `options` are QEMU's for it, `pass_fds` the descriptors that they name, `link` the board's end.

    `dhcp` is the DHCPServer; `loss` is the part of the frames that are lost, 0 to 1, either way.
    """

    link = "cable0"

    def __init__(self, dhcp, seed=1):
        self.dhcp = dhcp
        self.loss = 0
        self.lost = 0  # frames
        self._random = random.Random(seed)
        board, its_board = socket.socketpair()
        world, its_world = socket.socketpair()
        self._its = (its_board, its_world)
        self._ends = {board: _End(board), world: _End(world)}
        self._other = {board: world, world: board}
        self._board = board
        self._thread = threading.Thread(target=self._carry, daemon=True)
        self._thread.start()

    @property
    def pass_fds(self):
        """The descriptors that QEMU gets."""
        return [one.fileno() for one in self._its]

    @property
    def options(self):
        """QEMU's options: the board's controller at the near end, its user network at the far end."""
        near, far = self.pass_fds
        return [
            *("-nic", f"socket,id={self.link},fd={near},model=lan9118"),
            *("-netdev", f"user,id={emulator.NETWORK}"),
            *("-netdev", f"socket,id={FAR_END},fd={far}"),
            *("-netdev", f"hubport,id=hub0,hubid=0,netdev={emulator.NETWORK}"),
            *("-netdev", f"hubport,id=hub1,hubid=0,netdev={FAR_END}"),
        ]

    def close(self):
        """Take the cable away; call it when QEMU has ended."""
        for one in (*self._its, *self._ends):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        for one in (*self._its, *self._ends):
            one.close()

    def _carry(self):
        with selectors.DefaultSelector() as selector:
            for one in self._ends:
                selector.register(one, selectors.EVENT_READ)
            while True:
                for key, _ in selector.select():
                    frames = self._ends[key.fileobj].read()
                    if frames is None:
                        return
                    for frame in frames:
                        self._take(key.fileobj, frame)

    def _take(self, source, frame):
        if self._random.random() < self.loss:
            self.lost += 1
            return
        message = dhcp_message(frame)
        if message is None:
            self._send(self._other[source], frame)
        elif source is self._board:
            answer = self.dhcp.answer(message)
            if answer:
                self._send(source, in_frame(answer))

    def _send(self, target, frame):
        with contextlib.suppress(OSError):  # QEMU has ended
            target.sendall(_LENGTH.pack(len(frame)) + frame)


class _End:
    """Takes the frames out of the bytes that come from QEMU."""

    def __init__(self, sock):
        self._sock = sock
        self._rest = b""

    def read(self):
        """The frames (list of bytes) that have come whole; None when QEMU has ended."""
        try:
            data = self._sock.recv(65536)
        except OSError:
            return None
        if not data:
            return None
        self._rest += data
        frames = []
        while len(self._rest) >= _LENGTH.size:
            (size,) = _LENGTH.unpack_from(self._rest)
            end = _LENGTH.size + size
            if len(self._rest) < end:
                break
            frames.append(self._rest[_LENGTH.size : end])
            self._rest = self._rest[end:]
        return frames


def dhcp_message(frame):
    """The DHCP message (dpkt.dhcp.DHCP) in an Ethernet frame, None if it is none."""
    datagram = dpkt.ethernet.Ethernet(frame).data
    segment = datagram.data if isinstance(datagram, dpkt.ip.IP) else None
    if isinstance(segment, dpkt.udp.UDP) and segment.dport in (67, 68):
        return dpkt.dhcp.DHCP(segment.data)
    return None


def in_frame(message):
    """The Ethernet frame (bytes) of a server's DHCP message: to all, who listens knows that it is meant."""
    segment = dpkt.udp.UDP(sport=67, dport=68, data=bytes(message))
    segment.ulen = len(segment)
    source, everybody = socket.inet_aton(SERVER), b"\xff" * 4
    datagram = dpkt.ip.IP(src=source, dst=everybody, p=dpkt.ip.IP_PROTO_UDP, ttl=64, data=segment)
    datagram.len = len(datagram)
    return bytes(dpkt.ethernet.Ethernet(dst=b"\xff" * 6, src=SERVER_MAC, data=datagram))

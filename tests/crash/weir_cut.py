# SPDX-License-Identifier: GPL-3.0-or-later
"""What weir-calls.c wrote down: which calls there were, and what a power cut between two of them would have left on the disk."""
import collections
import struct

HEAD = struct.Struct("=c7xQQqQQQQ")
Call = collections.namedtuple("Call", "type inode mode mtime shown offset path data counts")


def read_calls(log):
    """In their order. Those that do not count were not about files: p a program is started, s something is sent, e the end."""
    text = log.read_bytes()
    calls = []
    at = 0
    while at + HEAD.size <= len(text):
        type_, inode, mode, mtime, shown, offset, path_length, data_length = HEAD.unpack_from(text, at)
        at += HEAD.size
        path, data = text[at:at + path_length], text[at + path_length:at + path_length + data_length]
        at += path_length + data_length
        calls.append(Call(type_.decode(), inode, mode, mtime, shown, offset, path.decode(), data, type_ not in (b"p", b"s", b"e")))
    return calls

# SPDX-License-Identifier: GPL-3.0-or-later
"""What weir-calls.c wrote down: which calls there were, and what a power cut between two of them would have left on the disk."""
import collections
import os
import pathlib
import shutil
import sqlite3
import stat
import struct
import tempfile

SECTOR = 512
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


class Inode:
    """A file: what programs see of it, and what of that is surely on the disk."""

    def __init__(self, content=b"", mode=0, mtime=0):
        self.content = bytearray(content)
        self.synced = bytes(content)
        self.pending = []  # since the last sync: (offset, data), or (None, size) for a new size
        self.mode, self.mtime = mode, mtime

    def write(self, offset, data):
        grow(self.content, offset + len(data))
        self.content[offset:offset + len(data)] = data
        self.pending.append((offset, data))

    def truncate(self, size):
        del self.content[size:]
        grow(self.content, size)
        self.pending.append((None, size))

    def sync(self):
        self.synced = bytes(self.content)
        self.pending = []

    def cut(self, chance, share):
        """What was synced, and of the later writes some sectors, as the disk came to them."""
        left = bytearray(self.synced)
        for offset, data in self.pending:
            if offset is None:
                if chance.random() < share:
                    del left[data:]
                    grow(left, data)
                continue
            at = 0
            while at < len(data):
                end = min(len(data), (offset + at) // SECTOR * SECTOR + SECTOR - offset)
                if chance.random() < share:
                    grow(left, offset + end)
                    left[offset + at:offset + end] = data[at:end]
                at = end
        return bytes(left)


def grow(content, size):
    if len(content) < size:
        content.extend(bytes(size - len(content)))


class Disk:
    """Folders and the files in them, as the calls that were written down leave them.

    A file's content is on disk when the file was synced, its name when its folder was. A folder's own name is on disk as soon as anything
    in it is synced: ext4, XFS and Btrfs all do that, and no program could make its data folder otherwise.
    """

    def __init__(self, roots):
        self.roots = [str(root) for root in roots]
        self.inodes = {}
        self.names = {}   # path: number of the file, or None for a folder
        self.synced = {}  # of those, what is surely on the disk
        self.pending = []  # (folders, path to remove or None, path to add or None, number)

    @classmethod
    def read(cls, roots):
        """As it is now, all of it synced long ago."""
        self = cls(roots)
        for root in map(pathlib.Path, self.roots):
            for path in [root, *sorted(root.rglob("*"))]:
                if path.exists():
                    self.read_one(path)
        self.synced = dict(self.names)
        return self

    def read_one(self, path):
        info = path.lstat()
        if stat.S_ISDIR(info.st_mode):
            self.names[str(path)] = None
        elif stat.S_ISREG(info.st_mode):
            self.inodes[info.st_ino] = Inode(path.read_bytes(), stat.S_IMODE(info.st_mode), info.st_mtime_ns)
            self.names[str(path)] = info.st_ino

    def is_inside(self, path):
        return any(path == root or path.startswith(root + "/") for root in self.roots)

    # ── what the calls do ──

    def apply(self, call):
        if call.type == "y":
            self.sync_all()
        elif call.counts and (call.inode in self.inodes or self.is_inside(call.path)):
            getattr(self, "do_" + call.type)(call)
            if call.inode in self.inodes:
                self.inodes[call.inode].mode, self.inodes[call.inode].mtime = stat.S_IMODE(call.mode), call.mtime

    def sync_all(self):
        for inode in self.inodes.values():
            inode.sync()
        self.synced, self.pending = dict(self.names), []

    def name(self, removed, added, number):
        folders = {os.path.dirname(path) for path in (removed, added) if path is not None}
        if removed is not None:
            self.names.pop(removed, None)
        if added is not None:
            self.names[added] = number
        self.pending.append((folders, removed, added, number))

    def do_o(self, call):
        self.inodes[call.inode] = Inode()

    def do_c(self, call):
        self.inodes[call.inode] = Inode()
        self.name(None, call.path, call.inode)

    def do_w(self, call):
        self.inodes[call.inode].write(call.offset, call.data)

    def do_t(self, call):
        self.inodes[call.inode].truncate(call.offset)

    def do_m(self, call):
        self.name(None, call.path, None)

    def do_l(self, call):
        if call.inode in self.inodes:
            self.name(None, call.path, call.inode)

    def do_u(self, call):
        self.name(call.path, None, None)

    def do_r(self, call):
        old = call.data.decode()
        if stat.S_ISDIR(call.mode):
            raise NotImplementedError(f"a folder is moved: {old}")
        self.name(old, call.path, call.inode)

    def do_a(self, call):
        pass

    def do_f(self, call):
        if call.inode in self.inodes:
            self.inodes[call.inode].sync()
            folder = os.path.dirname(call.path)
        else:
            folder = call.path
            self.pending = [change for change in self.pending if not self.is_settled(change, folder)]
        while self.is_inside(folder):
            if folder in self.names and folder not in self.synced:
                self.synced[folder] = None
            folder = os.path.dirname(folder)

    def is_settled(self, change, folder):
        """Carries out what concerns the folder: it is on the disk now."""
        folders, removed, added, number = change
        if folder not in folders:
            return False
        self.carry_out(self.synced, removed, added, number)
        return True

    @staticmethod
    def carry_out(names, removed, added, number):
        if removed is not None:
            names.pop(removed, None)
        if added is not None:
            names[added] = number

    # ── the cut ──

    def cut(self, chance):
        """Path: None for a folder, or content, mode and time. Of each folder's changes the first ones, of the contents some sectors."""
        share = chance.choice((0, 0, 0.5, 0.9, 1))
        names = dict(self.synced)
        stopped = set()
        for folders, removed, added, number in self.pending:
            if folders & stopped or chance.random() >= share:
                stopped |= folders
            else:
                self.carry_out(names, removed, added, number)
        share = chance.choice((0, 0, 0.5, 0.9, 1))
        left = {}
        for path in sorted(names):
            if os.path.dirname(path) in left or path in self.roots:
                left[path] = names[path]
        contents = {number: self.inodes[number].cut(chance, share) for number in set(left.values()) if number is not None}
        return left, contents


class Pool:
    """All files that there ever were, each under its number, so that a cut gives back the same ones."""

    def __init__(self, disk, kept, folder):
        self.disk, self.folder = disk, folder
        folder.mkdir()
        for path in kept.iterdir() if kept.exists() else ():
            os.link(path, folder / path.name)
        for root in map(pathlib.Path, disk.roots):
            for path in root.rglob("*"):
                info = path.lstat()
                if stat.S_ISREG(info.st_mode) and not (folder / str(info.st_ino)).exists():
                    os.link(path, folder / str(info.st_ino))

    def put(self, names, contents, inodes):
        """Makes the folders what the cut left."""
        for root in self.disk.roots:
            shutil.rmtree(root, ignore_errors=True)
        for path, number in names.items():
            if number is None:
                os.mkdir(path, 0o700 if "/share" in path else 0o755)
        for path, number in names.items():
            if number is not None and (self.folder / str(number)).exists():
                os.link(self.folder / str(number), path)
        for number, content in contents.items():
            path = self.folder / str(number)
            if path.exists():
                path.chmod(0o600)
                path.write_bytes(content)
                path.chmod(inodes[number].mode)
                os.utime(path, ns=(inodes[number].mtime, inodes[number].mtime))


class Effects:
    """What the journal says that was to be done."""

    def __init__(self, texts):
        self.texts = texts

    @classmethod
    def read(cls, database):
        if not database.exists():
            return cls([])
        # a copy: whoever looks at a database must be able to write what its log needs
        with tempfile.TemporaryDirectory() as folder:
            for path in database.parent.glob(database.name + "*"):
                if not path.name.endswith("-shm"):
                    shutil.copy(path, folder)
            return cls(cls.read_copy(pathlib.Path(folder, database.name)))

    @staticmethod
    def read_copy(database):
        with sqlite3.connect(database) as connection:
            known = connection.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'effect'").fetchone()[0]
            rows = connection.execute("SELECT target, before FROM effect").fetchall() if known else []
        connection.close()
        return [text for row in rows for text in row if text is not None]

    def know(self, done):
        return any(done in text for text in self.texts)

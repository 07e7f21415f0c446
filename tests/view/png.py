"""PNG as the visualiser writes it (8 bits each of red, green and blue), and pictures held against
each other as tests/view/scene.hpp does."""
import struct
import zlib


class Picture:
    def __init__(self, path):
        with open(path, "rb") as file:
            octets = file.read()
        self.width, self.height = struct.unpack(">II", octets[16:24])
        if octets[24:29] != bytes([8, 2, 0, 0, 0]):
            raise ValueError("not 8 bits each of red, green and blue: " + path)
        packed, at = b"", 8
        while at < len(octets):
            size, kind = struct.unpack(">I4s", octets[at:at + 8])
            if kind == b"IDAT":
                packed += octets[at + 8:at + 8 + size]
            at += size + 12
        self.rows = self.unfilter(zlib.decompress(packed))

    def unfilter(self, octets):
        rows, size = [], self.width * 3
        above = bytearray(size)
        for y in range(self.height):
            begin = y * (size + 1)
            how, row = octets[begin], bytearray(octets[begin + 1:begin + 1 + size])
            for i in range(size) if how else ():
                left = row[i - 3] if i >= 3 else 0
                if how == 1:
                    guess = left
                elif how == 2:
                    guess = above[i]
                elif how == 3:
                    guess = (left + above[i]) // 2
                else:
                    corner = above[i - 3] if i >= 3 else 0
                    guess = min((left, above[i], corner),
                                key=lambda one: abs(left + above[i] - corner - one))
                row[i] = row[i] + guess & 255
            rows.append(row)
            above = row
        return rows

    def pixel(self, x, y):
        return tuple(self.rows[y][x * 3:x * 3 + 3])


def difference(a, b, part=None):
    """The part of all pixels, or of those in (left, top, right, bottom), that differ by more than a
    shade; 1 where the sizes are others."""
    if (a.width, a.height) != (b.width, b.height):
        return 1
    left, top, right, bottom = part or (0, 0, a.width, a.height)
    count = 0
    for y in range(top, bottom):
        one, other = a.rows[y], b.rows[y]
        if one == other:
            continue
        for i in range(left * 3, right * 3, 3):
            if one[i:i + 3] != other[i:i + 3] and \
                    max(abs(one[i + c] - other[i + c]) for c in range(3)) > 24:
                count += 1
    return count / ((right - left) * (bottom - top))

/** Writes zip files by hand, also such as no tool would make. Test code only. */
import { crc32 } from 'node:zlib'

export interface ZipPart {
  name: string
  data?: string | Buffer
  /** Unix mode with its kind, such as 0o120777 for a link. */
  mode?: number
  /** Of the general purpose flags; 1 = encrypted. */
  flags?: number
  /** What the zip claims, instead of the truth. */
  size?: number
}

export function makeZip(parts: readonly ZipPart[]): Buffer {
  const local: Buffer[] = []
  const central: Buffer[] = []
  let offset = 0
  for (const { name, data = '', mode = 0o100644, flags = 0, size } of parts) {
    const bytes = Buffer.from(data)
    const named = Buffer.from(name, 'utf8')
    const head = Buffer.alloc(30)
    head.writeUInt32LE(0x04034b50, 0)
    head.writeUInt16LE(20, 4)
    head.writeUInt16LE(flags | 0x800, 6)
    head.writeUInt32LE(crc32(bytes), 14)
    head.writeUInt32LE(bytes.length, 18)
    head.writeUInt32LE(size ?? bytes.length, 22)
    head.writeUInt16LE(named.length, 26)
    const entry = Buffer.alloc(46)
    entry.writeUInt32LE(0x02014b50, 0)
    entry.writeUInt16LE((3 << 8) | 20, 4)
    entry.writeUInt16LE(20, 6)
    head.copy(entry, 8, 6, 30)
    entry.writeUInt32LE((mode << 16) >>> 0, 38)
    entry.writeUInt32LE(offset, 42)
    entry.writeUInt16LE(0, 30)
    local.push(head, named, bytes)
    central.push(entry, named)
    offset += head.length + named.length + bytes.length
  }
  const size = central.reduce((sum, one) => sum + one.length, 0)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(parts.length, 8)
  end.writeUInt16LE(parts.length, 10)
  end.writeUInt32LE(size, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...local, ...central, end])
}

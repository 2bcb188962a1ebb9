import CCoding

/// A content coding that is offered to servers (RFC 9110 section 8.4.1).
enum ContentCoding: Hashable, Sendable {
    case gzip, deflate, brotli

    /// nil for a coding that was not offered; `identity` is none at all and must be left out before.
    init?(_ name: String) {
        switch name {
        case "gzip", "x-gzip": self = .gzip
        case "deflate": self = .deflate
        case "br": self = .brotli
        default: return nil
        }
    }

    /// Undoes `codings`, the last applied one last in the list, as `Content-Encoding` gives them.
    ///
    /// libcurl's own decoders take a stream that was cut for a whole one; here the end must be there, with its checksum.
    /// - Throws: `.partial` for a cut stream, `.badEncoding` for a corrupt one, `.bodyTooLarge` and `.compressionBomb`.
    static func decode(
        _ body: [UInt8], _ codings: [ContentCoding], limits: TransferLimits
    ) throws(FetchError) -> [UInt8] {
        var bytes = body
        for coding in codings.reversed() {
            let room = DecodingRoom(wireBytes: body.count, limits: limits)
            switch coding {
            case .gzip: bytes = try Inflater.gzip(bytes, room)
            case .deflate: bytes = try Inflater.deflate(bytes, room)
            case .brotli: bytes = try BrotliReader.read(bytes, room)
            }
        }
        return bytes
    }

    /// How a gzip member begins: the mark and the one method there is (RFC 1952 section 2.3.1).
    static let gzipMark: [UInt8] = [0x1F, 0x8B, 0x08]

    static let cut = FetchError.partial(detail: "the compressed body is cut")
}

/// How large a body may become.
struct DecodingRoom {
    let wireBytes: Int
    let limits: TransferLimits

    /// The size of the first output block: what feeds usually grow to, and no more than what is allowed.
    func firstBlock(for input: Int) -> Int { max(1_024, min(input &* 5, limits.maxBodyBytes &+ 1)) }

    func check(_ produced: Int) throws(FetchError) {
        guard produced <= limits.maxBodyBytes else { throw .bodyTooLarge(limit: limits.maxBodyBytes) }
        if produced > TransferLimits.Fixed.compressionRatioFrom,
            produced / TransferLimits.Fixed.compressionRatio > max(1, wireBytes)
        {
            throw .compressionBomb
        }
    }
}

/// Output that grows by doubling, looked at after each block.
private struct Output {
    private(set) var bytes: [UInt8]
    private(set) var count = 0

    init(_ first: Int) { bytes = [UInt8](repeating: 0, count: first) }

    /// Lets `fill` write into the free end; it returns how many bytes it wrote.
    mutating func fill(_ fill: (UnsafeMutablePointer<UInt8>, Int) -> Int) {
        if count == bytes.count { bytes.append(contentsOf: [UInt8](repeating: 0, count: bytes.count)) }
        let start = count
        // SAFETY: the pointer is used within the call only, for the bytes from `start` to the end.
        let written = bytes.withUnsafeMutableBufferPointer { buffer -> Int in
            guard let base = buffer.baseAddress else { return 0 }
            return fill(base + start, buffer.count - start)
        }
        count += min(max(0, written), bytes.count - start)
    }

    consuming func finished() -> [UInt8] {
        var bytes = bytes
        bytes.removeLast(bytes.count - count)
        return bytes
    }
}

/// zlib's decoder.
private enum Inflater {
    private enum Window {
        static let gzip: Int32 = 15 + 16
        static let zlib: Int32 = 15
        static let raw: Int32 = -15
    }

    /// One gzip member after the other; what follows the last one and is none is left out, as every reader does.
    static func gzip(_ input: [UInt8], _ room: DecodingRoom) throws(FetchError) -> [UInt8] {
        guard !input.isEmpty else { return [] }
        return try run(input, Window.gzip, room, severalMembers: true)
    }

    /// With zlib's frame as the standard says, or without as some servers send it.
    static func deflate(_ input: [UInt8], _ room: DecodingRoom) throws(FetchError) -> [UInt8] {
        guard let first = input.first else { return [] }
        let second = input.count > 1 ? input[1] : 0
        let isFramed = first & 0x0F == 8 && (Int(first) << 8 | Int(second)) % 31 == 0
        return try run(input, isFramed ? Window.zlib : Window.raw, room, severalMembers: false)
    }

    private static func run(
        _ input: [UInt8], _ window: Int32, _ room: DecodingRoom, severalMembers: Bool
    ) throws(FetchError) -> [UInt8] {
        var stream = z_stream()
        guard ww_inflate_init(&stream, window) == Z_OK else { throw .outOfResources(detail: "no memory") }
        defer { inflateEnd(&stream) }
        var output = Output(room.firstBlock(for: input.count))
        var read = 0
        while true {
            var status = Z_OK
            var detail: String?
            output.fill { free, size in
                // SAFETY: zlib reads `input` from `read` on and writes `free`, both within this call, on this thread.
                input.withUnsafeBufferPointer { source in
                    stream.next_in = UnsafeMutablePointer(mutating: source.baseAddress.map { $0 + read })
                    stream.avail_in = UInt32(clamping: source.count - read)
                    stream.next_out = free
                    stream.avail_out = UInt32(clamping: size)
                    let offered = Int(stream.avail_out)
                    status = inflate(&stream, Z_NO_FLUSH)
                    read = source.count - Int(stream.avail_in)
                    detail = stream.msg.map { String(cString: $0) }
                    return offered - Int(stream.avail_out)
                }
            }
            try room.check(output.count)
            switch status {
            case Z_OK: continue
            case Z_STREAM_END:
                guard severalMembers, input[read...].starts(with: ContentCoding.gzipMark) else {
                    return output.finished()
                }
                inflateReset(&stream)
            case Z_BUF_ERROR: throw ContentCoding.cut  // there was room, so what it lacks is input
            case Z_MEM_ERROR: throw .outOfResources(detail: "no memory")
            default: throw .badEncoding(detail: detail ?? "it is not what its header says")
            }
        }
    }
}

/// The Brotli decoder.
private enum BrotliReader {
    static func read(_ input: [UInt8], _ room: DecodingRoom) throws(FetchError) -> [UInt8] {
        guard !input.isEmpty else { return [] }
        guard let decoder = BrotliDecoderCreateInstance(nil, nil, nil) else {
            throw .outOfResources(detail: "no memory")
        }
        defer { BrotliDecoderDestroyInstance(decoder) }
        var output = Output(room.firstBlock(for: input.count))
        var read = 0
        while true {
            var result = BROTLI_DECODER_RESULT_ERROR
            output.fill { free, size in
                // SAFETY: the decoder reads `input` from `read` on and writes `free`, both within this call.
                input.withUnsafeBufferPointer { source in
                    var next = source.baseAddress.map { $0 + read }
                    var left = source.count - read
                    var target: UnsafeMutablePointer<UInt8>? = free
                    var space = size
                    result = BrotliDecoderDecompressStream(decoder, &left, &next, &space, &target, nil)
                    read = source.count - left
                    return size - space
                }
            }
            try room.check(output.count)
            switch result {
            case BROTLI_DECODER_RESULT_SUCCESS: return output.finished()
            case BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT: continue
            case BROTLI_DECODER_RESULT_NEEDS_MORE_INPUT: throw ContentCoding.cut
            default: throw .badEncoding(detail: "it is not what its header says")
            }
        }
    }
}

// Chunks, sealing, reading, and the check that a replay is one.
#include "sim/core/trace.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <new>

namespace postroad::sim {
namespace {

// A trace file is one block of header, then chunks.
constexpr std::uint64_t header_octets = 4096;
constexpr char magic[] = "postroad-trace 1\n";

std::uint64_t chunk_of(std::uint64_t position) { return position / chunk_bytes; }

template <class... Facts>
constexpr auto sizes_of() {
    std::array<std::size_t, static_cast<std::size_t>(Fact::count_of_facts)> out{};
    ((out[static_cast<std::size_t>(Facts::fact)] = sizeof(Facts)), ...);
    return out;
}

// By Fact; 0: there is no such row.
constexpr auto record_octets =
    sizes_of<ConversationFact, EstablishedFact, EndedFact, LineFact, PacketFact, ArrivalFact, LostFact,
             VerdictFact, TranslationFact, DecisionFact, LookupFact, QueueFact, CustodyFact,
             MailboxFact, ChangeFact, AddressFact, TlsFact, AlteredFact, SecretFact>();

// A row that a reader can take as it is, `at` octets into its chunk.
bool is_sound(const RowHead& row, std::uint64_t at) {
    if (row.fact >= Fact::count_of_facts) return false;
    const std::size_t record = record_octets[static_cast<std::size_t>(row.fact)];
    return record != 0 && row.octets % 8 == 0 && row.tail_pad < 8 &&
           row.octets >= sizeof(RowHead) + record + row.tail_pad && at + row.octets <= chunk_room;
}

bool write_all(int file, const std::byte* octets, std::size_t count) {
    while (count > 0) {
        const ssize_t wrote = ::write(file, octets, count);
        if (wrote < 0) {
            if (errno == EINTR) continue;
            return false;
        }
        octets += wrote;
        count -= static_cast<std::size_t>(wrote);
    }
    return true;
}

}  // namespace

std::shared_ptr<TraceChunk> TraceChunk::in_memory() {
    void* raw = mmap(nullptr, chunk_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                     0);
    if (raw == MAP_FAILED) throw std::bad_alloc();
    return std::shared_ptr<TraceChunk>(new TraceChunk(static_cast<std::byte*>(raw)));
}

std::shared_ptr<TraceChunk> TraceChunk::mapped(int file, std::uint64_t offset) {
    void* raw = mmap(nullptr, chunk_bytes, PROT_READ, MAP_SHARED, file,
                     static_cast<off_t>(offset));
    if (raw == MAP_FAILED) throw std::bad_alloc();
    return std::shared_ptr<TraceChunk>(new TraceChunk(static_cast<std::byte*>(raw)));
}

TraceChunk::~TraceChunk() { munmap(data_, chunk_bytes); }

Trace::Trace(Depth depth, Keep keep) : depth_(depth), keep_(keep) {}

Trace::~Trace() {
    if (file_ >= 0) {
        finish();
        ::close(file_);
    }
}

Trace::Trace(Trace&& other) noexcept : depth_(other.depth_), keep_(other.keep_) {
    *this = std::move(other);
}

Trace& Trace::operator=(Trace&& other) noexcept {
    std::swap(depth_, other.depth_);
    std::swap(keep_, other.keep_);
    chunks_.swap(other.chunks_);
    std::swap(open_, other.open_);
    std::swap(cursor_, other.cursor_);
    std::swap(end_, other.end_);
    std::swap(rows_, other.rows_);
    std::swap(divergence_, other.divergence_);
    scratch_.swap(other.scratch_);
    std::swap(file_, other.file_);
    std::swap(written_, other.written_);
    std::swap(write_failed_, other.write_failed_);
    return *this;
}

bool Trace::open_file(const std::string& path) {
    POSTROAD_ASSERT(end_ == 0);
    file_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (file_ < 0) return false;
    keep_ = Keep::file;
    std::byte header[header_octets] = {};
    std::memcpy(header, magic, sizeof magic - 1);
    write_failed_ = !write_all(file_, header, sizeof header);
    return !write_failed_;
}

void Trace::seal() {
    const std::size_t used = end_ & (chunk_bytes - 1);
    std::memset(open_ + used, 0, sizeof(RowHead));  // a filler: the rest of the chunk is unused
    if (keep_ != Keep::file) return;
    write_failed_ = write_failed_ || !write_all(file_, open_, chunk_bytes);
    ++written_;
}

std::byte* Trace::slow_room(std::size_t octets) {
    if (cursor_ != end_) {  // a replay: a row is made aside and compared
        if (scratch_.size() < octets) scratch_.resize(65536);
        return scratch_.data();
    }
    if (open_ != nullptr) {
        seal();
        end_ = (chunk_of(end_) + 1) * chunk_bytes;
        cursor_ = end_;
    }
    if (open_ == nullptr || keep_ == Keep::memory) {
        chunks_.push_back(TraceChunk::in_memory());
        open_ = chunks_.back()->data();
    } else {
        // The memory goes on to the next chunk; a reader maps what the file has.
        std::shared_ptr<TraceChunk> memory = std::move(chunks_.back());
        chunks_.back() = nullptr;
        chunks_.push_back(std::move(memory));
    }
    return open_ + (end_ & (chunk_bytes - 1));
}

void Trace::check(const std::byte* at, std::size_t octets) {
    // Positions skip the unused end of a chunk.
    const std::byte* there = address(cursor_);
    if (reinterpret_cast<const RowHead*>(there)->fact == Fact::filler) {
        cursor_ = (chunk_of(cursor_) + 1) * chunk_bytes;
        there = address(cursor_);
    }
    if (divergence_ == ~std::uint64_t{0} && std::memcmp(there, at, octets) != 0)
        divergence_ = cursor_;
    cursor_ += octets;
    if (cursor_ > end_) cursor_ = end_;
}

bool Trace::finish() {
    if (file_ < 0 || open_ == nullptr) return !write_failed_;
    if (written_ <= chunk_of(end_)) {
        const std::size_t used = end_ & (chunk_bytes - 1);
        std::memset(open_ + used, 0, chunk_bytes - used);
        write_failed_ = write_failed_ || !write_all(file_, open_, chunk_bytes);
        // Further rows rewrite this chunk from its beginning.
        const auto start = static_cast<off_t>(header_octets + chunk_of(end_) * chunk_bytes);
        write_failed_ = write_failed_ || ::lseek(file_, start, SEEK_SET) < 0;
    }
    return !write_failed_;
}

const std::byte* Trace::address(std::uint64_t position) const {
    const std::uint64_t chunk = chunk_of(position);
    POSTROAD_ASSERT(chunk < chunks_.size() && keep_ != Keep::recycled);
    if (chunks_[chunk] == nullptr)
        chunks_[chunk] = TraceChunk::mapped(file_, header_octets + chunk * chunk_bytes);
    return static_cast<const TraceChunk&>(*chunks_[chunk]).data() + (position & (chunk_bytes - 1));
}

Trace Trace::fork(std::uint64_t position) const {
    POSTROAD_ASSERT(position <= end_ && keep_ != Keep::recycled);
    Trace out(depth_, Keep::memory);
    out.cursor_ = out.end_ = position;
    for (Cursor row(*this, 0, position); !row.done(); row.next()) ++out.rows_;
    if (chunks_.empty()) return out;
    const std::uint64_t whole = chunk_of(position);
    for (std::uint64_t i = 0; i < whole; ++i) {
        address(i * chunk_bytes);
        out.chunks_.push_back(chunks_[i]);
    }
    out.chunks_.push_back(TraceChunk::in_memory());
    out.open_ = out.chunks_.back()->data();
    std::memcpy(out.open_, address(whole * chunk_bytes), position & (chunk_bytes - 1));
    return out;
}

Trace::Cursor::Cursor(const Trace& trace, std::uint64_t position, std::uint64_t end)
    : trace_(&trace), position_(position), end_(end) {
    skip_filler();
}

RowView Trace::Cursor::row() const { return RowView(trace_->address(position_)); }

void Trace::Cursor::next() {
    position_ += row().head().octets;
    skip_filler();
}

void Trace::Cursor::skip_filler() {
    if (position_ < end_ && row().head().fact == Fact::filler)
        position_ = (chunk_of(position_) + 1) * chunk_bytes;
}

std::unique_ptr<Trace> Trace::load(const std::string& path, std::string& error) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        error = "cannot open " + path + ": " + std::strerror(errno);
        return nullptr;
    }
    char head[sizeof magic - 1] = {};
    struct stat status = {};
    if (::read(file, head, sizeof head) != static_cast<ssize_t>(sizeof head) ||
        std::memcmp(head, magic, sizeof head) != 0 || fstat(file, &status) != 0) {
        error = path + " is not a trace of this version";
        ::close(file);
        return nullptr;
    }
    auto trace = std::make_unique<Trace>(Depth::bytes, Keep::file);
    trace->file_ = file;
    const auto octets = static_cast<std::uint64_t>(status.st_size);
    const std::uint64_t chunks =
        octets > header_octets ? (octets - header_octets) / chunk_bytes : 0;
    trace->chunks_.resize(chunks);
    trace->written_ = chunks;
    trace->end_ = chunks * chunk_bytes;
    // Whoever reads a row trusts its head: so each is looked at here, once. A chunk's rows end where
    // its filler begins.
    for (std::uint64_t chunk = 0; chunk < chunks; ++chunk) {
        std::uint64_t at = chunk * chunk_bytes;
        for (;;) {
            const RowHead& row = *reinterpret_cast<const RowHead*>(trace->address(at));
            if (row.fact == Fact::filler) break;
            if (!is_sound(row, at & (chunk_bytes - 1))) {
                error = path + " is damaged at octet " + std::to_string(header_octets + at) +
                        ": what is there is no row of a trace of this version";
                return nullptr;
            }
            at += row.octets;
        }
        trace->end_ = at;
    }
    trace->cursor_ = trace->end_;
    return trace;
}

std::size_t Trace::anonymous_bytes() const {
    if (keep_ != Keep::memory) return open_ == nullptr ? 0 : chunk_bytes;
    return chunks_.size() * chunk_bytes;
}

}  // namespace postroad::sim

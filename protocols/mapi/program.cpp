// The door of a mail program's sessions: what has come back, given to the line it came on.
#include "protocols/mapi/program.hpp"

#include "protocols/base/ascii.hpp"
#include "protocols/mapi/emsmdb_stubs.hpp"
#include "protocols/mapi/program_parts.hpp"

namespace postroad::mapi {

using namespace parts;

namespace {

Step& doing(Program& program, Line line) { return program.doing[static_cast<std::size_t>(line)]; }

// MS-OXCRPC §3.3.4.1: the answer comes when there is news, or after five minutes without.
std::optional<Request> waiting_next(const Desk& desk) {
    if (desk.program.waiting.is_nil() || desk.program.ending != 0 || desk.program.ended != 0)
        return std::nullopt;
    Request out = plain_call(desk, Line::waiting, Step::wait, async_interface, ec_do_async_wait_ex,
                             ndr::write(WaitIn{desk.program.waiting, 0}), "EcDoAsyncWaitEx");
    out.patient = true;
    return out;
}
void waiting_answered(const Desk& desk, std::string_view stub, bool big_endian) {
    WaitOut out;
    const bool good = ndr::read(stub, out, big_endian) && out.result == 0;
    if (good && (out.flags & 1) != 0) news_are_due(desk.program);
    if (good) return;
    desk.program.waiting = {};  // its poll stands behind it
    tell(desk, NewsKind::remark, out.result, "EcDoAsyncWaitEx: " + error_text(out.result));
}

void forget_item(Program& program, Heap& heap) {
    for (Text* const one : {&program.asked, &program.slots, &program.item, &program.stream})
        heap.drop(*one);
}

}  // namespace

void begin(Program& program, Heap& heap) {
    for (std::uint32_t i = 0; i < program.folders.size(); ++i) {
        KnownFolder folder = heap.get(program.folders, i);
        folder.listed = folder.failed = 0;
        folder.looks = 2;
        for (std::uint32_t m = 0; m < folder.messages.size(); ++m) {
            KnownMessage one = heap.get(folder.messages, m);
            if ((one.state & (known::lost | known::seen)) == 0) continue;
            if (one.state & known::lost) one.state |= known::wanted;
            one.state = static_cast<std::uint8_t>(one.state & ~(known::lost | known::seen));
            heap.set(folder.messages, m, one);
        }
        heap.set(program.folders, i, folder);
    }
    close_store(program, heap);
    program.book = {};
    for (Step& one : program.doing) one = Step::none;
    program.directory = program.ended = program.ending = program.failed = program.told = 0;
    program.news_due = program.resolving = 0;
    program.asks_next = Step::referral;
}

bool wants(const Program& program, Line line, const ProgramSettings&) {
    switch (line) {
    case Line::directory:
        if (program.ended != 0) return !program.book.is_nil();
        return program.directory != 2 && (program.directory == 0 || !program.book.is_nil() ||
                                          program.resolving == 1);
    case Line::store: return program.ended == 0 && program.directory != 0;
    case Line::waiting:
        return program.ended == 0 && program.ending == 0 && !program.waiting.is_nil();
    }
    return false;
}

bool is_over(const Program& program) {
    return program.ended != 0 && (program.book.is_nil() || program.directory == 2);
}

std::optional<Request> next(Program& program, Line line, const ProgramSettings& settings,
                            Heap& heap, News& news) {
    if (doing(program, line) != Step::none || !wants(program, line, settings)) return std::nullopt;
    const Desk desk{program, settings, heap, news};
    switch (line) {
    case Line::directory: return directory_next(desk);
    case Line::store: return store_next(desk);
    case Line::waiting: return waiting_next(desk);
    }
    return std::nullopt;
}

void answered(Program& program, Line line, std::string_view stub, bool big_endian,
              const ProgramSettings& settings, Heap& heap, News& news) {
    const Desk desk{program, settings, heap, news};
    const Step step = doing(program, line);
    doing(program, line) = Step::none;
    if (step == Step::none) return;
    switch (line) {
    case Line::directory: return directory_answered(desk, step, stub, big_endian);
    case Line::store: return store_answered(desk, step, stub, big_endian);
    case Line::waiting: return waiting_answered(desk, stub, big_endian);
    }
}

namespace {

// A line can be used no more. Without the store there is no session; without the address book
// there is none only for somebody of whom nothing is known yet.
void line_failed(const Desk& desk, Line line, std::uint32_t code, std::string why) {
    Program& program = desk.program;
    const Step step = doing(program, line);
    doing(program, line) = Step::none;
    if (line == Line::directory) return directory_failed(desk, step, code, std::move(why));
    if (line == Line::waiting) {
        if (program.waiting.is_nil()) return;
        program.waiting = {};
        return tell(desk, NewsKind::remark, code, std::move(why));
    }
    if (program.ended != 0) return;
    if (program.working != 0 && code != 0) job_has_ended(desk, code, why);
    give_up(desk, code, std::move(why));
}

}  // namespace

void faulted(Program& program, Line line, std::uint32_t status, std::string_view name,
             const ProgramSettings& settings, Heap& heap, News& news) {
    const Step step = doing(program, line);
    if (step == Step::none) return;
    std::string why = std::string(api_call(step).method) + ": ";
    line_failed({program, settings, heap, news}, line, status, std::move(why.append(name)));
}

void line_lost(Program& program, Line line, std::string_view why, const ProgramSettings& settings,
               Heap& heap, News& news) {
    if (line == Line::directory && doing(program, line) == Step::none &&
        (program.ended != 0 || (program.directory == 1 && program.resolving != 1))) {
        program.book = {};  // another one will be brought up when it is needed
        return;
    }
    line_failed({program, settings, heap, news}, line, 0, std::string(why));
}

void news_are_due(Program& program) { program.news_due = 1; }
void stop(Program& program) { program.ending = 1; }

bool ask_for(Program& program, JobKind kind, std::uint32_t folder, std::uint32_t message,
             std::string_view to, std::uint32_t owner, Heap& heap) {
    if (folder >= program.folders.size()) return false;
    const KnownFolder where = heap.get(program.folders, folder);
    for (std::uint32_t i = 0; i < where.messages.size(); ++i) {
        const KnownMessage one = heap.get(where.messages, i);
        if (one.number != message) continue;
        ProgramJob job;
        job.kind = kind;
        job.folder = folder;
        job.message = message;
        job.mid = one.mid;
        job.owner = owner;
        job.text = heap.make(to);
        heap.push(program.jobs, job);
        program.told = 0;
        return true;
    }
    return false;
}

void ask_to_send(Program& program, std::string_view message,
                 std::span<const std::string> recipients, std::uint32_t owner, Heap& heap) {
    ProgramJob job;
    job.kind = JobKind::send;
    job.owner = owner;
    job.text = heap.make(message);
    std::string lines;
    for (const std::string& one : recipients) lines.append(one).append(1, '\n');
    job.recipients = heap.make(lines);
    heap.push(program.jobs, job);
    program.told = 0;
}

std::vector<std::uint32_t> take_back_messages(Program& program, Heap& heap) {
    std::vector<std::uint32_t> out;
    List<ProgramJob> rest;
    for (std::uint32_t i = 0; i < program.jobs.size(); ++i) {
        ProgramJob job = heap.get(program.jobs, i);
        if (job.kind != JobKind::send) {
            heap.push(rest, job);
            continue;
        }
        out.push_back(job.owner);
        heap.drop(job.text);
        heap.drop(job.recipients);
    }
    heap.drop(program.jobs);
    program.jobs = rest;
    return out;
}

std::optional<std::uint32_t> find_folder(const Program& program, std::string_view name,
                                         const Heap& heap) {
    for (std::uint32_t i = 0; i < program.folders.size(); ++i)
        if (equals_ignoring_case(heap.view(heap.get(program.folders, i).name), name)) return i;
    return std::nullopt;
}

std::optional<std::uint32_t> find_special(const Program& program, Special which,
                                          const Heap& heap) {
    const std::uint64_t fid = program.special[static_cast<std::size_t>(which)];
    for (std::uint32_t i = 0; fid != 0 && i < program.folders.size(); ++i)
        if (heap.get(program.folders, i).fid == fid) return i;
    return std::nullopt;
}

void release(Program& program, Heap& heap) {
    for (std::uint32_t i = 0; i < program.folders.size(); ++i) {
        KnownFolder folder = heap.get(program.folders, i);
        heap.drop(folder.name);
        heap.drop(folder.messages);
    }
    for (std::uint32_t i = 0; i < program.jobs.size(); ++i) {
        ProgramJob job = heap.get(program.jobs, i);
        heap.drop(job.text);
        heap.drop(job.recipients);
    }
    heap.drop(program.folders);
    heap.drop(program.jobs);
    for (Text* const one :
         {&program.own_dn, &program.own_smtp, &program.own_name, &program.server})
        heap.drop(*one);
    forget_item(program, heap);
    program = {};
}

namespace parts {

void close_store(Program& program, Heap& heap) {
    forget_item(program, heap);
    program.session = program.waiting = {};
    for (std::uint32_t& one : program.handles) one = no_handle;
    program.reached = program.to_release = program.working = 0;
    program.planned = Step::none;
    program.folder = program.message = 0;
    if (program.resolving != 0) program.resolving = 0;
}

}  // namespace parts

}  // namespace postroad::mapi

// A mail program that asks by RPC: `mapi::Program` says which lines it needs and what is said on
// each; here they are brought up, through the endpoint mapper, and it is told what comes of that.
#include <array>

#include "protocols/base/ascii.hpp"
#include "protocols/rpc/epm.hpp"
#include "sim/mail/people_parts.hpp"
#include "sim/net/tcp.hpp"
#include "sim/rpc/rpc.hpp"

namespace postroad::sim::people {
namespace {

using mapi::Line;
constexpr Duration reconnect_after = minute;
// The store's first: what it lacks, the address book is asked for.
constexpr std::array lines{Line::store, Line::directory, Line::waiting};

const scenario::FetchSettings& settings_of(const Run& run, std::uint32_t person) {
    return run.setup().scenario.people[run.setup().people[person].scenario_index].fetch;
}

mapi::ProgramSettings program_settings(Run& run, std::uint32_t person) {
    const scenario::FetchSettings& wanted = settings_of(run, person);
    const PersonSetup& setup = run.setup().people[person];
    mapi::ProgramSettings out;
    out.user = setup.same_as == nothing ? setup.address : run.setup().people[setup.same_as].address;
    out.stays = wanted.stay;
    out.news = wanted.notify == scenario::Notify::push   ? mapi::NewsBy::push
               : wanted.notify == scenario::Notify::wait ? mapi::NewsBy::wait
                                                         : mapi::NewsBy::poll;
    out.cached = wanted.folders.size() != 1;
    const MapiProgram& mine = mapi_program(run, person);
    if (mine.ear == 0) return out;
    std::uint32_t ipv4 = 0;
    for (const AttachmentSetup& one : run.host(setup.device).attachments) {
        if (one.v4 == nothing) continue;
        const net::Address& address = run.address(one.v4);
        for (std::size_t i = 12; i < 16; ++i) ipv4 = ipv4 << 8 | address.bytes[i];
        break;
    }
    out.callback = mapi::callback_address(ipv4, mine.ear);
    return out;
}

MapiLine& edit_line(Run& run, std::uint32_t person, Line line) {
    return mapi_program(run, person).lines[static_cast<std::size_t>(line)];
}
const MapiLine& line_of(Run& run, std::uint32_t person, Line line) {
    return edit_line(run, person, line);
}

// Which of the session's lines that connection is; a line whose number is not known yet is the one
// that is being opened just now.
std::optional<Line> find_line(Run& run, std::uint32_t person, std::uint32_t number) {
    if (person == nothing || mail_of(run, person).by_rpc == nothing) return std::nullopt;
    for (const Line one : lines)
        if (line_of(run, person, one).line == number) return one;
    for (const Line one : lines)
        if (line_of(run, person, one).line == nothing &&
            line_of(run, person, one).state != MapiLineState::none)
            return one;
    return std::nullopt;
}

std::string_view words_for(Line line) {
    constexpr std::string_view words[] = {"the address book", "the store", "the store's news"};
    return words[static_cast<std::size_t>(line)];
}
const rpc::Syntax& interface_of(Line line) {
    switch (line) {
        case Line::directory: return nspi::interface;
        case Line::store: return mapi::emsmdb_interface;
        case Line::waiting: break;
    }
    return mapi::async_interface;
}
RpcLineKind kind_of(Line line) {
    switch (line) {
        case Line::directory: return RpcLineKind::directory;
        case Line::store: return RpcLineKind::store;
        case Line::waiting: break;
    }
    return RpcLineKind::waiting;
}

Id conversation_of(const Run& run, std::uint32_t number) {
    if (number >= run.world.rpc.lines.size()) return 0;
    const std::uint32_t connection = run.world.rpc.lines[number].connection;
    return connection == nothing ? Id{0} : run.world.tcp.tcbs[connection].conversation;
}

// The addresses of the host a line goes to: of the address book's, or of the mailbox's.
const List<AddressId>& addresses_for(Run& run, std::uint32_t person, Line line) {
    const MapiProgram& mine = mapi_program(run, person);
    const bool elsewhere = line != Line::directory && !mine.addresses.empty();
    return elsewhere ? mine.addresses : mail_of(run, person).addresses;
}
std::uint32_t host_for(Run& run, std::uint32_t person, Line line) {
    const MapiProgram& mine = mapi_program(run, person);
    return line != Line::directory && mine.server != nothing
               ? mine.server : run.setup().people[person].fetches_from_host;
}

// Does something with the session and its settings; what it tells is heard.
template <class F>
void with_session(Run& run, std::uint32_t person, Id conversation, F&& use) {
    const mapi::ProgramSettings settings = program_settings(run, person);
    mapi::Program session = mapi_program(run, person).session;  // lies where its texts do not
    mapi::News news;
    use(session, settings, news);
    mapi_program(run, person).session = session;
    mapi_news(run, person, conversation, news);
}

void line_failed(Run& run, std::uint32_t person, Line line, Id conversation, std::string_view why) {
    edit_line(run, person, line) = {};
    with_session(run, person, conversation, [&](auto& session, const auto& settings, auto& news) {
        mapi::line_lost(session, line, why, settings, run.world.heap, news);
    });
}

// The next address, or the end of it. What a person sees is the same in every case; which step has
// failed, and how, is what the Trace has.
void bring_up(Run& run, std::uint32_t person, Line line, std::string_view why) {
    const MapiLine mine = line_of(run, person, line);
    const List<AddressId>& addresses = addresses_for(run, person, line);
    if (mine.address >= addresses.size()) {
        std::string words = std::string(words_for(line)) + " on " +
                            std::string(domain_name_of(run, host_for(run, person, line)));
        words.append(mine.port == 0 ? ", the endpoint mapper at port " : ", at port ");
        append_number(words, mine.port == 0 ? run.setup().people[person].fetches_from_port
                                            : mine.port);
        words.append(": ").append(why.empty() ? "its name cannot be found" : why);
        run.decide(run.setup().people[person].device, 0, Reason::trying_to_connect,
                   run.setup().people[person].name, words);
        return line_failed(run, person, line, 0, words);
    }
    const AddressId address = run.world.heap.get(addresses, mine.address);
    const bool maps = mine.port == 0;
    MapiLine& begun = edit_line(run, person, line);
    begun.state = maps ? MapiLineState::mapping : MapiLineState::up;
    begun.line = nothing;
    begun.asked = 0;
    std::uint32_t group = 0;
    if (line == Line::waiting) {  // MS-OXCRPC §3.1.4.4: the handle is the store's line's
        const MapiLine& store = line_of(run, person, Line::store);
        if (store.line != nothing && store.bound != 0) group = rpc_layer::group_of(run, store.line);
    }
    const PersonSetup& setup = run.setup().people[person];
    const std::uint32_t number =
        rpc_layer::open(run, setup.device, person, maps ? RpcLineKind::mapper : kind_of(line),
                        address, maps ? setup.fetches_from_port : mine.port, maps ? 0 : group);
    MapiLine& now = edit_line(run, person, line);
    if (now.line == nothing && now.state == (maps ? MapiLineState::mapping : MapiLineState::up))
        now.line = number;
}

// The mailbox's host is another one than that of the address book: its name is looked up, too.
void find_server(Run& run, std::uint32_t person) {
    const PersonSetup& setup = run.setup().people[person];
    MapiProgram& mine = mapi_program(run, person);
    const std::string name(run.world.heap.view(mine.session.server));
    mine.server = nothing;
    if (name.empty() || equals_ignoring_case(name, domain_name_of(run, setup.fetches_from_host)))
        return;
    for (std::uint32_t i = 0; i < run.setup().hosts.size(); ++i)
        if (equals_ignoring_case(domain_name_of(run, i), name)) mine.server = i;
    if (mine.server == nothing) return;
    List<AddressId> addresses = mine.addresses;
    const std::uint32_t serial = mine.serial & ~for_fetch;
    const std::uint8_t lookups = look_up(run, setup.device, mine.server, 0, owner_bit | person,
                                         serial | for_fetch, addresses);
    MapiProgram& asked = mapi_program(run, person);
    asked.addresses = addresses;
    asked.lookups = lookups;
}

bool is_talking(const Run& run, std::uint32_t person) {
    return mail_of(run, person).state == FetchState::talking &&
           mail_of(run, person).by_rpc != nothing;
}

void close_ear(Run& run, std::uint32_t person) {
    MapiProgram& mine = mapi_program(run, person);
    if (mine.ear != 0) rpc_layer::close_ear(run, run.setup().people[person].device, mine.ear);
    mapi_program(run, person).ear = 0;
}

// What could not be sent goes back to the outbox, which tries again when it is used to.
void give_back_messages(Run& run, std::uint32_t person, std::string_view why) {
    mapi::Program session = mapi_program(run, person).session;
    const std::vector<std::uint32_t> owners = mapi::take_back_messages(session, run.world.heap);
    mapi_program(run, person).session = session;
    for (const std::uint32_t one : owners) submission_by_rpc(run, one, 0, 0, why);
}

void session_is_over(Run& run, std::uint32_t person) {
    const NodeId device = run.setup().people[person].device;
    close_ear(run, person);
    MapiProgram& mine = mapi_program(run, person);
    const bool failed = mine.session.failed != 0;
    const bool again = mine.asks_again != 0 && !failed;
    const bool comes_back = failed && mine.kept_up != 0;
    mine.lookups = 0;
    mine.asks_again = 0;
    const std::uint32_t serial = ++mine.serial;
    List<AddressId> addresses = mine.addresses;
    run.world.heap.drop(addresses);
    mapi_program(run, person).addresses = addresses;
    look_is_over(run, person);
    if (failed) give_back_messages(run, person, "there is no session with the mailbox");
    if (run.is_down(device)) return;
    if (again)
        run.schedule(run.now() + millisecond, device, device, EventKind::mail, detail::by_rpc,
                     person, 1);
    if (comes_back)
        run.schedule(run.now() + reconnect_after, device, device, EventKind::mail, detail::fetch,
                     person, serial);
}

// Gives the next call to a line whose client waits for one; false: there is none.
bool give_next(Run& run, std::uint32_t person, Line line) {
    std::optional<mapi::Request> request;
    const std::uint32_t number = line_of(run, person, line).line;
    const Id conversation = conversation_of(run, number);
    with_session(run, person, conversation, [&](auto& session, const auto& settings, auto& news) {
        request = mapi::next(session, line, settings, run.world.heap, news);
    });
    if (!request) return false;
    run.decide(run.setup().people[person].device, conversation, Reason::provider_called,
               request->method, request->provider, request->became);
    rpc::Call call;
    call.interface = request->interface == nspi::interface ? 1 : 0;  // beside the referral's
    call.operation = request->operation;
    call.stub = request->stub;
    call.patient = request->patient;
    rpc_layer::give(run, number, call);
    return true;
}

bool is_wanted(Run& run, std::uint32_t person, Line line) {
    return mapi::wants(mapi_program(run, person).session, line, program_settings(run, person));
}

// Brings every line to where the session wants it; called whenever something has been told.
void go_on(Run& run, std::uint32_t person) {
    if (!is_talking(run, person)) return;
    for (const Line line : lines) {
        const MapiLine mine = line_of(run, person, line);
        const bool wanted = is_wanted(run, person, line);
        if (mine.state == MapiLineState::none && wanted) {
            if (line == Line::store && mapi_program(run, person).lookups != 0) continue;
            bring_up(run, person, line, {});
        } else if (mine.state == MapiLineState::up && mine.line != nothing) {
            if (rpc_layer::waits(run, mine.line)) {
                if (give_next(run, person, line)) {
                    rpc_layer::go_on(run, mine.line);
                } else if (!is_wanted(run, person, line)) {
                    edit_line(run, person, line).state = MapiLineState::ending;
                    rpc_layer::go_on(run, mine.line, true);
                }
            } else if (!wanted && line == Line::waiting) {  // nobody answers that call any more
                edit_line(run, person, line).state = MapiLineState::ending;
                rpc_layer::abandon(run, mine.line);
            }
        }
    }
    if (!is_talking(run, person) || !mapi::is_over(mapi_program(run, person).session)) return;
    for (const Line line : lines)
        if (line_of(run, person, line).state != MapiLineState::none) return;
    session_is_over(run, person);
}

// Later, so that whoever called is done with what he holds.
void go_on_soon(Run& run, std::uint32_t person) {
    const NodeId device = run.setup().people[person].device;
    run.schedule(run.now(), device, device, EventKind::mail, detail::by_rpc, person);
}

void mapped(Run& run, std::uint32_t person, Line line, std::string_view stub, bool big_endian) {
    const auto answer = rpc::epm::read_mapped(stub, big_endian);
    if (!answer || answer->towers.empty()) {
        edit_line(run, person, line).asked = 2;
        return;
    }
    edit_line(run, person, line).port = answer->towers.front().port;
}

// The connection to the mapper has ended, well or not.
void mapper_is_over(Run& run, std::uint32_t person, Line line, std::string_view why) {
    MapiLine& mine = edit_line(run, person, line);
    mine.line = nothing;
    if (mine.port != 0) return bring_up(run, person, line, {});
    if (mine.asked == 2) why = "the endpoint mapper does not know it";
    ++mine.address;
    bring_up(run, person, line, why);
}

}  // namespace

bool speaks_mapi(const Run& run, std::uint32_t person) {
    return settings_of(run, person).protocol == scenario::FetchProtocol::mapi;
}

void begin_mapi(Run& run, std::uint32_t person) {
    const PersonSetup& setup = run.setup().people[person];
    mapi::Program session = mapi_program(run, person).session;
    mapi::begin(session, run.world.heap);
    MapiProgram& mine = mapi_program(run, person);
    mine.session = session;
    for (MapiLine& one : mine.lines) one = {};
    mine.server = nothing;
    mine.fresh = mine.changed = mine.gone = 0;
    mine.kept_up = settings_of(run, person).stay ? 1 : 0;
    ++mine.serial;
    const bool listens = mine.kept_up != 0 &&
                         settings_of(run, person).notify == scenario::Notify::push;
    const std::uint16_t ear = listens ? rpc_layer::open_ear(run, setup.device, person)
                                      : std::uint16_t{0};
    mapi_program(run, person).ear = ear;
    go_on_soon(run, person);
}

void mapi_wanted(Run& run, std::uint32_t person) {
    const FetchState state = mail_of(run, person).state;
    if (state == FetchState::none) return fetch(run, person, true);
    if (state != FetchState::talking) return;
    if (mapi_program(run, person).session.ending != 0) mapi_program(run, person).asks_again = 1;
    go_on_soon(run, person);
}

void mapi_resolved(Run& run, std::uint32_t person, std::uint32_t serial,
                   const dns_layer::Resolved& answer) {
    const MapiProgram& mine = mapi_program(run, person);
    if (mine.lookups == 0 || (mine.serial & ~for_fetch) != serial) return;
    List<AddressId> addresses = mine.addresses;
    add_addresses(run, answer, addresses);
    MapiProgram& asked = mapi_program(run, person);
    asked.addresses = addresses;
    if (--asked.lookups == 0) go_on(run, person);
}

void mapi_poll(Run& run, std::uint32_t person, std::uint32_t serial) {
    if (person >= run.world.mail.people.people.size() || mail_of(run, person).by_rpc == nothing)
        return;
    MapiProgram& mine = mapi_program(run, person);
    const NodeId device = run.setup().people[person].device;
    if (mine.serial != serial || run.is_down(device)) return;
    if (mail_of(run, person).state == FetchState::none) return fetch(run, person, true);
    if (!is_talking(run, person) || mine.session.ended != 0) return;
    const Duration every = std::uint64_t{mine.session.polls_max_ms} * millisecond;
    run.schedule(run.now() + every, device, device, EventKind::mail, detail::fetch, person, serial);
    if (!mine.session.waiting.is_nil()) return;  // there is a call that waits for it
    mapi::news_are_due(mapi_program(run, person).session);
    run.decide(device, 0, Reason::news_due, run.setup().people[person].name, "its poll is due");
    go_on(run, person);
}

bool mapi_ask(Run& run, std::uint32_t number, Answer& out) {
    out.ok = false;
    const RpcLine about = run.world.rpc.lines[number];
    const auto line = find_line(run, about.person, number);
    if (!line || !is_talking(run, about.person)) return true;
    edit_line(run, about.person, *line).line = number;
    if (about.kind == RpcLineKind::mapper) {
        MapiLine& mine = edit_line(run, about.person, *line);
        if (mine.asked != 0) return true;
        mine.asked = 1;
        rpc::Call call;
        call.operation = rpc::epm::map;
        const std::string stub = rpc::epm::question(interface_of(*line));
        call.stub = stub;
        rpc_layer::give(run, number, call);
        out.ok = true;
        return true;
    }
    if (line_of(run, about.person, *line).state != MapiLineState::up) return true;
    out.ok = give_next(run, about.person, *line);
    // What was told may want other lines, or none.
    go_on_soon(run, about.person);
    if (out.ok) return true;
    if (is_wanted(run, about.person, *line)) return false;
    edit_line(run, about.person, *line).state = MapiLineState::ending;
    return true;
}

void mapi_tell(Run& run, std::uint32_t number, const Tell& tell, std::string_view words) {
    const RpcLine about = run.world.rpc.lines[number];
    const auto line = find_line(run, about.person, number);
    if (!line || !is_talking(run, about.person)) return;
    const std::uint32_t person = about.person;
    if (tell.kind == TellKind::session_failed) {
        Text why = mapi_program(run, person).words;
        run.world.heap.assign(why, words);
        mapi_program(run, person).words = why;
        return;
    }
    if (about.kind == RpcLineKind::mapper) {
        if (tell.kind == TellKind::rpc_answer) mapped(run, person, *line, words, tell.code != 0);
        return;
    }
    const Id conversation = conversation_of(run, number);
    if (tell.kind == TellKind::rpc_answer) {
        edit_line(run, person, *line).bound = 1;
        with_session(run, person, conversation, [&](auto& session, const auto& settings, auto& news) {
            mapi::answered(session, *line, words, tell.code != 0, settings, run.world.heap, news);
        });
        const mapi::Program& session = mapi_program(run, person).session;
        if (*line == Line::directory && session.directory == 1 &&
            mapi_program(run, person).server == nothing)
            find_server(run, person);
    } else if (tell.kind == TellKind::rpc_fault) {
        edit_line(run, person, *line).bound = 1;
        with_session(run, person, conversation, [&](auto& session, const auto& settings, auto& news) {
            mapi::faulted(session, *line, tell.index, words, settings, run.world.heap, news);
        });
    }
}

void mapi_over(Run& run, std::uint32_t number, Ending how) {
    const RpcLine about = run.world.rpc.lines[number];
    const auto line = find_line(run, about.person, number);
    if (!line || !is_talking(run, about.person)) return;
    const std::uint32_t person = about.person;
    Text said = mapi_program(run, person).words;
    const std::string told(run.world.heap.view(said));
    run.world.heap.drop(said);
    mapi_program(run, person).words = said;
    const MapiLine mine = line_of(run, person, *line);
    const bool never_came_up = how == Ending::refused || how == Ending::timed_out ||
                               how == Ending::unreachable;
    // A client that was never connected knows only that it is not.
    const bool says = !told.empty() && !never_came_up;
    const std::string_view why = says ? std::string_view(told) : words_of(how);
    if (run.is_down(run.setup().people[person].device)) {
        line_failed(run, person, *line, conversation_of(run, number), why);
    } else if (about.kind == RpcLineKind::mapper) {
        mapper_is_over(run, person, *line, why);
    } else if (mine.state == MapiLineState::ending) {
        edit_line(run, person, *line) = {};
    } else if (never_came_up && mine.bound == 0) {  // the port that the mapper has named
        ++edit_line(run, person, *line).address;
        bring_up(run, person, *line, why);
    } else {
        line_failed(run, person, *line, conversation_of(run, number), why);
    }
    go_on_soon(run, person);
}

void mapi_datagram(Run& run, std::uint32_t person, std::string_view) {
    if (!is_talking(run, person)) return;
    MapiProgram& mine = mapi_program(run, person);
    mapi::news_are_due(mine.session);
    run.decide(run.setup().people[person].device, 0, Reason::news_due,
               run.setup().people[person].name, "a datagram has come");
    go_on(run, person);
}

void mapi_goes_on(Run& run, std::uint32_t person, bool begins) {
    if (person >= run.world.mail.people.people.size()) return;
    if (begins && mail_of(run, person).state == FetchState::none) return fetch(run, person, true);
    go_on(run, person);
}

void mapi_not_found(Run& run, std::uint32_t person) {
    give_back_messages(run, person, "the mailbox's server cannot be found");
}

// Its connections end by themselves, and nobody hears of it.
void mapi_device_down(Run& run, std::uint32_t person) {
    if (mail_of(run, person).by_rpc == nothing) return;
    if (is_talking(run, person)) session_is_over(run, person);
    give_back_messages(run, person, "the device went down");
}

}  // namespace postroad::sim::people

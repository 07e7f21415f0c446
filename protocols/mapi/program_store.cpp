// The order of a session with the store: connect, log on, see what there is, do what was asked for,
// fetch what is new, and either stay and wait for news or give everything back (MS-OXCRPC §3.2.4).
#include "protocols/mapi/emsmdb_stubs.hpp"
#include "protocols/mapi/program_parts.hpp"

namespace postroad::mapi::parts {
namespace {

constexpr std::uint32_t per_mailbox_ids = 0x0100'0000;  // MS-OXCSTOR §2.2.1.1.1: OpenFlags

bool has(const Program& program, std::uint8_t what) { return (program.reached & what) != 0; }
void reach_out(Program& program, std::uint8_t what) {
    program.reached = static_cast<std::uint8_t>(program.reached | what);
}
bool is_staying(const Desk& desk) { return desk.settings.stays && desk.program.ending == 0; }

std::string own_dn(const Desk& desk) {
    const std::string_view own = desk.heap.view(desk.program.own_dn);
    return own.empty() ? desk.settings.user_dn : std::string(own);
}

Request ask_to_connect(const Desk& desk) {
    ConnectIn in;
    in.user_dn = own_dn(desk);
    for (std::size_t i = 0; i < 3; ++i) in.client_version[i] = desk.settings.client_version[i];
    return plain_call(desk, Line::store, Step::connect, emsmdb_interface, ec_do_connect_ex,
                      ndr::write(in), "EcDoConnectEx");
}
Request ask_to_disconnect(const Desk& desk) {
    const SessionIn in{desk.program.session};
    return plain_call(desk, Line::store, Step::disconnect, emsmdb_interface, ec_do_disconnect,
                      ndr::write(in), "EcDoDisconnect");
}
Request ask_for_datagrams(const Desk& desk) {
    RegisterPushIn in;
    in.session = desk.program.session;
    in.context = "news";
    in.callback = desk.settings.callback;
    return plain_call(desk, Line::store, Step::push, emsmdb_interface,
                      ec_register_push_notification, ndr::write(in),
                      "EcRRegisterPushNotification");
}
Request ask_for_waiting(const Desk& desk) {
    const SessionIn in{desk.program.session};
    return plain_call(desk, Line::store, Step::async_connect, emsmdb_interface,
                      ec_do_async_connect_ex, ndr::write(in), "EcDoAsyncConnectEx");
}

Request ask_to_log_on(const Desk& desk) {
    Rops rops(desk);
    rops.add(Slot::logon, rop::Logon{1, per_mailbox_ids, 0, own_dn(desk)});
    return rops.finish(Step::logon);
}
Request ask_for_receive_folder(const Desk& desk) {
    Rops rops(desk);
    rops.add(Slot::logon, rop::GetReceiveFolder{"IPM.Note"});
    return rops.finish(Step::receive_folder);
}
Request ask_to_be_advised(const Desk& desk) {
    Rops rops(desk);
    rop::RegisterNotification wanted;
    wanted.kinds = rop::news::new_mail | rop::news::created | rop::news::deleted |
                   rop::news::modified | rop::news::moved | rop::news::copied;
    rops.add(Slot::logon, wanted, Slot::subscription);
    return rops.finish(Step::advise);
}
Request ask_for_nothing(const Desk& desk, Step step) {  // but for releases, and news in the answer
    return Rops(desk).finish(step);
}

Request step_of(const Desk& desk, Step step) {
    switch (step) {
    case Step::hierarchy:
    case Step::hierarchy_rows: return hierarchy(desk, step);
    case Step::contents:
    case Step::contents_rows: return contents(desk, step);
    case Step::open_message:
    case Step::open_stream:
    case Step::read_stream:
    case Step::recipients:
    case Step::attachments:
    case Step::attachment_rows:
    case Step::open_attachment: return read_step(desk, step);
    case Step::create_message:
    case Step::more_recipients:
    case Step::create_stream:
    case Step::write_stream:
    case Step::create_attachment:
    case Step::save_attachment:
    case Step::submit: return send_step(desk, step);
    default: return job_step(desk, step);
    }
}

// What has to be said before anything is done in the mailbox.
std::optional<Request> beginning(const Desk& desk) {
    Program& program = desk.program;
    if (!has(program, reach::connected)) return ask_to_connect(desk);
    if (!has(program, reach::logged_on)) return ask_to_log_on(desk);
    if (!has(program, reach::inbox_known)) return ask_for_receive_folder(desk);
    if (!has(program, reach::listed) && program.planned == Step::none)
        return hierarchy(desk, Step::hierarchy);
    if (!has(program, reach::listed) || !is_staying(desk)) return std::nullopt;
    if (!has(program, reach::told_where)) {
        reach_out(program, reach::told_where);
        if (desk.settings.news == NewsBy::push) return ask_for_datagrams(desk);
        if (desk.settings.news == NewsBy::wait) return ask_for_waiting(desk);
    }
    if (!has(program, reach::advised)) return ask_to_be_advised(desk);
    return std::nullopt;
}

std::optional<Request> ending(const Desk& desk) {
    Program& program = desk.program;
    program.ending = 1;
    for (std::size_t i = 0; i < slots_count; ++i) let_go(program, static_cast<Slot>(i));
    if (program.to_release != 0) return ask_for_nothing(desk, Step::let_go);
    return ask_to_disconnect(desk);
}

void connected(const Desk& desk, const ConnectOut& out) {
    Program& program = desk.program;
    if (out.result != 0)
        return give_up(desk, out.result, "EcDoConnectEx: " + error_text(out.result));
    program.session = out.session;
    program.polls_max_ms = out.polls_max_ms;
    reach_out(program, reach::connected);
    if (out.display_name) desk.heap.assign(program.own_name, *out.display_name);
}

void logged_on(const Desk& desk, const Answers& answers) {
    if (const RopResponse* const failed = answers.failed())
        return give_up(desk, failed->result, words_of(*failed));
    const auto* const out = answers.find<rop::LoggedOn>();
    if (out == nullptr) return give_up(desk, 0, "RopLogon: an answer of another kind");
    Program& program = desk.program;
    for (std::size_t i = 0; i < rop::LoggedOn::folders_count; ++i)
        program.special[i] = out->folders[i];
    reach_out(program, reach::logged_on);
    NewsItem item;
    item.kind = NewsKind::opened;
    item.number = program.polls_max_ms;
    item.text = desk.heap.view(program.own_name);
    desk.news.push_back(std::move(item));
}

// What is not said is as RopLogon has it.
void inbox_known(const Desk& desk, const Answers& answers) {
    Program& program = desk.program;
    if (const auto* const out = answers.find<rop::ReceiveFolder>())
        special_of(program, Special::inbox) = out->folder;
    const std::uint32_t index = folder_for(desk, special_of(program, Special::inbox));
    change_folder(desk, index, [&](KnownFolder& inbox) {
        inbox.listed = inbox.holds_mail = 1;
        if (inbox.name.empty()) desk.heap.assign(inbox.name, "Inbox");
    });
    reach_out(program, reach::inbox_known);
}

void advised(const Desk& desk, const Answers& answers) {
    reach_out(desk.program, reach::advised);
    if (const RopResponse* const failed = answers.failed())
        tell(desk, NewsKind::remark, failed->result, words_of(*failed));
}

// A poll that brought nothing, where nobody has promised to say more: the inbox is looked at.
void polled(const Desk& desk) {
    if (handle_of(desk.program, Slot::subscription) != no_handle) return;
    if (const auto inbox = find_special(desk.program, Special::inbox, desk.heap))
        change_folder(desk, *inbox, [](KnownFolder& one) { one.looks = 2; });
}

void rops_answered(const Desk& desk, Step step, const Answers& answers) {
    for (const RopResponse& one : answers.buffer.rops)
        if (const auto* const news = std::get_if<rop::Notify>(&one.body)) heard(desk, *news);
    switch (step) {
    case Step::logon: return logged_on(desk, answers);
    case Step::receive_folder: return inbox_known(desk, answers);
    case Step::advise: return advised(desk, answers);
    case Step::news: return polled(desk);
    case Step::let_go: return;
    case Step::hierarchy:
    case Step::hierarchy_rows: return hierarchy_answered(desk, answers);
    case Step::contents:
    case Step::contents_rows: return contents_answered(desk, answers);
    case Step::open_message:
    case Step::open_stream:
    case Step::read_stream:
    case Step::recipients:
    case Step::attachments:
    case Step::attachment_rows:
    case Step::open_attachment: return read_answered(desk, step, answers);
    case Step::create_message:
    case Step::more_recipients:
    case Step::create_stream:
    case Step::write_stream:
    case Step::create_attachment:
    case Step::save_attachment:
    case Step::submit: return send_answered(desk, step, answers);
    default: return job_answered(desk, step, answers);
    }
}

void executed(const Desk& desk, Step step, std::string_view stub, bool big_endian) {
    Program& program = desk.program;
    ExecuteOut out;
    const std::string name = "EcDoRpcExt2 for " + std::string(api_call(step).method) + ": ";
    const auto not_readable = [&] { give_up(desk, 0, name + "an answer that cannot be read"); };
    if (!ndr::read(stub, out, big_endian)) return not_readable();
    if (out.result != 0) {
        if (program.working != 0) job_has_ended(desk, out.result, name + error_text(out.result));
        return give_up(desk, out.result, name + error_text(out.result));
    }
    const auto payloads = read_extended(out.payload);
    const auto asked = read_requests(desk.heap.view(program.asked));
    if (!payloads || !asked) return not_readable();
    const auto columns = [&](std::uint8_t) { return &columns_of(step); };
    Answers answers;
    auto read = read_responses(payloads->front(), *asked, columns);
    if (!read) return not_readable();
    answers.buffer = std::move(*read);
    for (RopResponse& one : answers.buffer.rops)  // MS-OXCROPS §3.1.5.1.2: the answer has no room
        if (std::holds_alternative<rop::TooSmall>(one.body))
            one.result = static_cast<std::uint32_t>(RopError::buffer_too_small);
    const std::string slots(desk.heap.view(program.slots));
    for (std::size_t i = 0; i < std::min(slots.size(), answers.buffer.handles.size()); ++i)
        if (const auto slot = static_cast<Slot>(slots[i]); slot != Slot::none)
            handle_of(program, slot) = answers.buffer.handles[i];
    rops_answered(desk, step, answers);
}

}  // namespace

std::optional<Request> store_next(const Desk& desk) {
    Program& program = desk.program;
    if (program.planned == Step::none || !has(program, reach::connected))
        if (auto out = beginning(desk)) return out;
    while (true) {
        if (program.planned != Step::none) {
            const Step step = program.planned;
            program.planned = Step::none;
            return step_of(desk, step);
        }
        if (program.working != 0 && program.resolving == 1) return std::nullopt;
        if (program.working != 0) {  // a job that has waited for the address book
            continue_sending(desk);
            continue;
        }
        if (program.ending != 0) return ending(desk);
        if (begin_job(desk)) continue;
        if (program.news_due != 0) {
            program.news_due = 0;
            return ask_for_nothing(desk, Step::news);
        }
        if (begin_reading(desk)) continue;
        if (const auto folder = folder_to_look_at(desk)) {
            program.folder = *folder + 1;
            return contents(desk, Step::contents);
        }
        if (!is_staying(desk)) break;
        if (program.to_release != 0) return ask_for_nothing(desk, Step::let_go);
        if (program.told == 0) tell(desk, NewsKind::looked);
        program.told = 1;
        return std::nullopt;
    }
    if (program.told == 0) tell(desk, NewsKind::looked);
    program.told = 1;
    return ending(desk);
}

void store_answered(const Desk& desk, Step step, std::string_view stub, bool big_endian) {
    Program& program = desk.program;
    switch (step) {
    case Step::connect: {
        ConnectOut out;
        if (!ndr::read(stub, out, big_endian))
            return give_up(desk, 0, "EcDoConnectEx: an answer that cannot be read");
        return connected(desk, out);
    }
    case Step::push: {
        RegisterPushOut out;
        if (ndr::read(stub, out, big_endian) && out.result == 0) return;
        return tell(desk, NewsKind::remark, out.result,
                    "EcRRegisterPushNotification: " + error_text(out.result));
    }
    case Step::async_connect: {
        SessionOut out;
        if (ndr::read(stub, out, big_endian) && out.result == 0) {
            program.waiting = out.session;
            return;
        }
        return tell(desk, NewsKind::remark, out.result,
                    "EcDoAsyncConnectEx: " + error_text(out.result));
    }
    case Step::disconnect:
        close_store(program, desk.heap);
        program.ended = 1;
        return tell(desk, NewsKind::ended);
    default: return executed(desk, step, stub, big_endian);
    }
}

}  // namespace postroad::mapi::parts

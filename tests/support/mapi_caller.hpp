// A mail client without a network: it calls the store directly, as the RPC layer would, and keeps
// handles and columns as clients do.
#pragma once

#include <map>

#include "protocols/mapi/emsmdb_stubs.hpp"
#include "protocols/mapi/extended_buffer.hpp"
#include "protocols/mapi/item.hpp"
#include "protocols/mapi/object_ids.hpp"
#include "protocols/mapi/rop_buffer.hpp"
#include "sim/mail/mapi_store.hpp"
#include "sim/rpc/rpc.hpp"
#include "tests/mail_world.hpp"

namespace postroad::sim {

namespace rop = mapi::rop;
using mapi::PropertyTag;
using mapi::RopError;
using mapi::Value;

inline std::string name_of_result(std::uint32_t result) {
    return mapi::name_of(static_cast<RopError>(result));
}

class MapiCaller {
  public:
    static constexpr std::uint32_t no_connection = 0xfffffff0;

    // `user`: who logs in; the mailbox is that of `person`.
    MapiCaller(Run& the_run, std::string_view user, std::string_view person, std::uint32_t group = 7)
        : run_(&the_run), user_(user), person_(person), group_(group) {
        mapi::ConnectIn in;
        in.user_dn = dn();
        connected = ask<mapi::ConnectOut>(mapi::ec_do_connect_ex, in);
        session = connected.session;
    }
    explicit MapiCaller(Run& the_run, std::string_view person = "alice")
        : MapiCaller(the_run, person, person) {}

    mapi::ConnectOut connected;
    ndr::ContextHandle session;
    std::vector<std::uint32_t> handles;            // of what has been opened, by our own index
    std::map<std::uint32_t, std::vector<PropertyTag>> columns;  // of tables, by handle
    std::vector<rop::Notify> news;                 // that came with answers
    std::uint32_t flags = 0;                       // rpc_flag
    std::uint32_t room = 0x8008;
    std::uint32_t result = 0;                      // of the last call
    std::vector<mapi::RopResponse> answers;        // of the last call
    std::vector<std::string> payloads;             // the same, before they were read

    void runs_in(Run& other) { run_ = &other; }    // a copy of the world
    std::string dn() const {
        const Setup& setup = run_->setup();
        const std::uint32_t id = setup.find_person(person_);
        return id == nothing ? std::string(person_) : rpc_layer::dn_of(setup, id);
    }
    NodeId host() const { return run_->setup().find_host("mail"); }

    rpc::Outcome call(std::uint16_t operation, std::string_view stub, bool asynchronous = false,
                      bool* ready = nullptr) {
        rpc::CallAsk ask;
        ask.interface = asynchronous ? mapi::async_interface : mapi::emsmdb_interface;
        ask.group = group_;
        ask.operation = operation;
        ask.stub = stub;
        ask.user = user_;
        rpc::Outcome out;
        const bool now = mapi_store::call(*run_, no_connection, host(), ask, out);
        if (ready != nullptr) *ready = now;
        return out;
    }
    template <class Out, class In> Out ask(std::uint16_t operation, const In& in) {
        const rpc::Outcome outcome = call(operation, ndr::write(in));
        REQUIRE(outcome.ok);
        Out out;
        REQUIRE(ndr::read(outcome.stub, out));
        return out;
    }
    // True: it was answered at once, with these flags.
    bool waits(const ndr::ContextHandle& handle, mapi::WaitOut& out) {
        mapi::WaitIn in;
        in.session = handle;
        bool ready = false;
        const rpc::Outcome outcome =
            call(mapi::ec_do_async_wait_ex, ndr::write(in), true, &ready);
        if (ready) REQUIRE(ndr::read(outcome.stub, out));
        return ready;
    }
    void disconnect() {
        mapi::SessionIn in;
        in.session = session;
        CHECK(ask<mapi::SessionOut>(mapi::ec_do_disconnect, in).session.is_nil());
    }

    // Several operations in a buffer with this table of handles. News is put aside.
    void send(const std::vector<mapi::RopRequest>& rops, std::vector<std::uint32_t>& table) {
        const mapi::RequestBuffer buffer{rops, table};
        mapi::ExecuteIn in;
        in.session = session;
        in.flags = flags;
        in.payload_room = room;
        in.payload = mapi::write_extended(mapi::write_requests(buffer), mapi::Packing::compressed);
        const auto out = ask<mapi::ExecuteOut>(mapi::ec_do_rpc_ext2, in);
        result = out.result;
        answers.clear();
        payloads.clear();
        if (result != 0) return;
        CHECK(out.session == session);
        CHECK(out.payload.size() <= room);
        const auto read = mapi::read_extended(out.payload);
        REQUIRE(read.has_value());
        payloads = *read;
        const auto columns_of = [&](std::uint8_t index) -> const std::vector<PropertyTag>* {
            const auto found = columns.find(table.at(index));
            return found == columns.end() ? nullptr : &found->second;
        };
        for (std::size_t i = 0; i < read->size(); ++i) {
            const mapi::RequestBuffer asked =
                i == 0 ? buffer : mapi::RequestBuffer{{buffer.rops.back()}, buffer.handles};
            auto responses = mapi::read_responses((*read)[i], asked, columns_of);
            REQUIRE(responses.has_value());
            if (i == 0) table = responses->handles;
            for (mapi::RopResponse& one : responses->rops)
                if (auto* const heard = std::get_if<rop::Notify>(&one.body))
                    news.push_back(*heard);
                else if (!std::holds_alternative<rop::Pending>(one.body))
                    answers.push_back(std::move(one));
        }
    }
    // One operation on an object; gives the handle of the one that it opens.
    std::uint32_t open(std::uint32_t handle, mapi::RequestBody body) {
        std::vector<std::uint32_t> table{handle, mapi::no_handle};
        const std::uint8_t first = std::holds_alternative<rop::Logon>(body) ? 1 : 0;
        send({{0, first, 1, std::move(body)}}, table);
        return table.at(1);
    }
    const mapi::RopResponse& act(std::uint32_t handle, mapi::RequestBody body) {
        std::vector<std::uint32_t> table{handle, handle};
        const auto* const set = std::get_if<rop::SetColumns>(&body);
        if (set != nullptr) columns[handle] = set->columns;
        send({{0, 0, 1, std::move(body)}}, table);
        REQUIRE(result == 0);
        REQUIRE(answers.size() == 1);
        return answers.front();
    }
    template <class Body> Body get(std::uint32_t handle, mapi::RequestBody body) {
        const mapi::RopResponse& response = act(handle, std::move(body));
        INFO(mapi::name_of(response.id));
        REQUIRE(name_of_result(response.result) == "ecNone");
        return std::get<Body>(response.body);
    }
    std::string outcome(std::uint32_t handle, mapi::RequestBody body) {
        return name_of_result(act(handle, std::move(body)).result);
    }
    std::string last() const { return answers.empty() ? "" : name_of_result(answers[0].result); }
    void poll() {  // nothing to ask; news may come
        std::vector<std::uint32_t> table;
        send({}, table);
    }

    std::uint32_t log_on() {
        rop::Logon logon;
        logon.dn = dn();
        const std::uint32_t out = open(0, logon);
        REQUIRE(last() == "ecNone");
        logged_on = std::get<rop::LoggedOn>(answers[0].body);
        return out;
    }
    rop::LoggedOn logged_on;
    std::uint64_t inbox() const { return logged_on.folders[4]; }
    static constexpr std::uint64_t drafts = mapi::object_id(14);

    std::uint32_t folder(std::uint32_t logon, std::uint64_t id) {
        return open(logon, rop::OpenFolder{id, 0});
    }
    // From the beginning of the table on.
    std::vector<mapi::Row> rows(std::uint32_t table, const std::vector<PropertyTag>& wanted,
                                std::uint16_t count = 50) {
        get<rop::TableStatus>(table, rop::SetColumns{0, wanted});
        get<rop::Sought>(table, rop::SeekRow{0, 0, 1});
        return get<rop::Rows>(table, rop::QueryRows{0, 1, count}).rows;
    }
    // A column of texts.
    std::vector<std::string> texts(std::uint32_t table, PropertyTag wanted) {
        std::vector<std::string> out;
        for (const mapi::Row& row : rows(table, {wanted}))
            out.push_back(row.cells[0].value ? row.cells[0].value->text : "-");
        return out;
    }
    std::vector<std::uint64_t> ids(std::uint32_t table, PropertyTag wanted = mapi::tag::message_id) {
        std::vector<std::uint64_t> out;
        for (const mapi::Row& row : rows(table, {wanted})) out.push_back(row.cells[0].value->number);
        return out;
    }
    mapi::Row properties(std::uint32_t handle, const std::vector<PropertyTag>& wanted) {
        return get<rop::PropertiesSpecific>(handle, rop::GetPropertiesSpecific{0, 1, wanted}).row;
    }
    std::string text(std::uint32_t handle, PropertyTag wanted) {
        const mapi::Cell cell = properties(handle, {wanted}).cells.at(0);
        return cell.value ? cell.value->text : name_of_result(cell.error);
    }
    // A new message in a folder, to one person.
    std::uint32_t compose(std::uint32_t logon, std::uint64_t where, std::string_view subject,
                          std::string_view to, std::string_view body = "Hello!\r\n") {
        const std::uint32_t message = open(logon, rop::CreateMessage{0x0fff, where, 0});
        REQUIRE(last() == "ecNone");
        rop::SetProperties set;
        set.properties = {{mapi::tag::subject, Value::of(subject)},
                          {mapi::tag::body, Value::of(body)}};
        CHECK(get<rop::Problems>(message, set).problems.empty());
        if (!to.empty()) address(message, to);
        return message;
    }
    void address(std::uint32_t message, std::string_view to, std::uint8_t kind = 1,
                 std::uint32_t id = 0) {
        rop::ModifyRecipients change;
        mapi::RecipientRow row;
        row.email = to;
        row.display_name = to;
        change.rows = {{id, kind, mapi::write_recipient(row, {})}};
        get<rop::Nothing>(message, change);
    }

  private:
    Run* run_;
    std::string user_, person_;
    std::uint32_t group_;
};

}  // namespace postroad::sim

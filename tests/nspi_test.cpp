// The address book: stubs through writing and reading, and what people find in it, however they
// ask.
#include "protocols/base/random.hpp"
#include "protocols/nspi/nspi_stubs.hpp"
#include "protocols/sasl/digests.hpp"
#include "tests/catch.hpp"
#include "tests/support/rpc_desk.hpp"

using namespace postroad;
using namespace postroad::nspi;

namespace {

constexpr PropertyTag display_name = 0x3001001f, smtp = 0x39fe001f, anr = 0x360c001f;

struct World {
    Heap heap;
    Book book;
    std::vector<Person> people = rpc_desk::staff();
    std::uint32_t group = 1, drawn = 0;
    ContextHandle handle;

    World() { handle = ask<BindOut>(bind, BindIn{}).handle; }
    World(const World&) = delete;
    World& operator=(const World&) = delete;
    ~World() {
        release(book, heap);
        CHECK(heap.live_blocks() == 0);
    }
    rpc::Outcome call(std::uint16_t operation, std::string_view stub) {
        rpc::CallAsk ask;
        ask.operation = operation;
        ask.group = group;
        ask.stub = stub;
        rpc::Uuid fresh;
        fresh.time_low = ++drawn;
        return answer(book, ask, {people, rpc_desk::echo.uuid, fresh}, heap);
    }
    template <class Out, class In> Out ask(std::uint16_t operation, const In& in) {
        const auto outcome = call(operation, ndr::write(in));
        REQUIRE(outcome.ok);
        Out out;
        REQUIRE(ndr::read(outcome.stub, out));
        return out;
    }
    std::vector<std::string> names(const std::optional<Rows>& rows) {
        REQUIRE(rows.has_value());
        std::vector<std::string> out;
        for (const Row& one : *rows) out.push_back(one.values.at(0).value.text);
        return out;
    }
    GetMatchesOut matches(Restriction filter, std::uint32_t requested = 10) {
        GetMatchesIn in;
        in.handle = handle;
        in.filter = std::move(filter);
        in.requested = requested;
        in.columns = Tags{display_name};
        return ask<GetMatchesOut>(get_matches, in);
    }
};

template <class T> void comes_back(const T& stub) {
    const std::string octets = ndr::write(stub);
    T again;
    REQUIRE(ndr::read(octets, again));
    CHECK(again == stub);
    for (std::size_t size = 0; size < octets.size(); ++size)
        REQUIRE(!ndr::read(octets.substr(0, size), again));
}

Restriction about(mapi::Test test, PropertyTag tag, std::string_view text,
                  std::uint16_t fuzzy = 0) {
    Restriction out;
    out.test = test;
    out.tag = tag;
    out.fuzzy_low = fuzzy;
    out.value = {tag, mapi::Value::of(text)};
    return out;
}
Restriction of(mapi::Test test, std::vector<Restriction> parts) {
    Restriction out;
    out.test = test;
    out.parts = std::move(parts);
    return out;
}

// A row with a value of every type that the address book has.
Row every_type() {
    Row row;
    const auto put = [&](PropertyTag tag, mapi::Value value) {
        row.values.push_back({tag, std::move(value)});
    };
    put(0x00010002, mapi::Value::of(2));
    put(0x00010003, mapi::Value::of(3));
    put(0x0001000b, mapi::Value::of(1));
    put(0x0001000a, mapi::Value::of(0x8004010f));
    put(0x00010040, mapi::Value::of(0x1234567890abcdef));
    put(0x0001001e, mapi::Value::of("octets"));
    put(0x0001001f, mapi::Value::of("Çelik €"));
    put(0x00010048, mapi::Value::of("sixteen octets!!"));
    put(0x00010102, mapi::Value::of("\1\2\3"));
    put(0x00010102, {});
    put(0x00011002, {0, {}, {1, 2, 3}, {}});
    put(0x00011003, {0, {}, {1, 2, 3}, {}});
    put(0x00011040, {0, {}, {1, 2}, {}});
    put(0x0001101e, {0, {}, {}, {"a", "", "ccc"}});
    put(0x0001101f, {0, {}, {}, {"ä", "", "ccc"}});
    put(0x00011048, {0, {}, {}, {"sixteen octets!!", "sixteen octets??"}});
    put(0x00011102, {0, {}, {}, {"\1", "", "\2\3"}});
    return row;
}

}  // namespace

TEST_CASE("every stub of the address book comes back, and none that is cut short does") {
    const ContextHandle handle{0, "11111111-2222-3333-4444-555555555555"};
    const Tags tags{display_name, smtp};
    comes_back(BindIn{0, {}, handle.uuid});
    comes_back(BindOut{handle.uuid, handle, Code::success});
    comes_back(UnbindIn{handle, 0});
    comes_back(UpdateStatIn{handle, 0, {}, 5});
    comes_back(UpdateStatOut{{}, -5, Code::success});
    comes_back(QueryRowsIn{handle, 0, {}, std::vector<std::uint32_t>{16, 17}, 5, tags});
    comes_back(QueryRowsIn{handle, 0, {}, {}, 5, {}});
    comes_back(RowsOut{{}, Rows{every_type(), {}, every_type()}, Code::success});
    comes_back(SeekEntriesIn{handle, 0, {}, {display_name, mapi::Value::of("b")}, {}, tags});
    GetMatchesIn in;
    in.name = PropertyName{handle.uuid, 0, 7};
    Restriction bits, compared;
    bits.test = mapi::Test::bitmask;
    bits.number = 4;
    compared.test = mapi::Test::compare;
    compared.other = smtp;
    in.filter = of(mapi::Test::all_of,
                   {of(mapi::Test::none_of, {about(mapi::Test::exists, smtp, "")}),
                    of(mapi::Test::any_of, {about(mapi::Test::content, display_name, "b", 2),
                                            about(mapi::Test::property, anr, "bob")}),
                    bits, compared});
    in.filter->parts[0].parts[0].value = {};  // an `exists` has none
    comes_back(in);
    comes_back(GetMatchesOut{{}, Tags{16U, 17U}, Rows{every_type()}, Code::success});
    comes_back(DnToMidIn{handle, 0, {"/o=Example", ""}});
    comes_back(MidsOut{Tags{16U}, Code::success});
    comes_back(GetPropsIn{handle, 0, {}, tags});
    comes_back(GetPropsOut{every_type(), Code::success});
    comes_back(CompareMidsIn{handle, 0, {}, 16, 17});
    comes_back(GetSpecialTableIn{handle, 4, {}, 0});
    comes_back(GetSpecialTableOut{1, Rows{every_type()}, Code::success});
    comes_back(ResolveIn<true>{handle, 0, {}, tags, {"älice", {}, "bob"}});
    comes_back(ResolveIn<false>{handle, 0, {}, tags, {"alice", {}, "bob"}});
    comes_back(NewDsaIn{0, "/o=Example/cn=alice", {}, std::optional(std::optional(std::string()))});
    comes_back(NewDsaOut{{}, std::optional(std::optional<std::string>("mail")), Code::success});
    comes_back(FqdnIn{0, 14, "/o=Example/cn"});
}

TEST_CASE("restrictions inside restrictions end somewhere") {
    Restriction deep = about(mapi::Test::exists, smtp, "");
    for (int i = 0; i < 100; ++i) deep = of(mapi::Test::none_of, {deep});
    GetMatchesIn in, again;
    in.filter = deep;
    CHECK(!ndr::read(ndr::write(in), again));
}

TEST_CASE("the list is paged through in the order of names") {
    World world;
    QueryRowsIn in;
    in.handle = world.handle;
    in.count = 3;
    in.columns = Tags{display_name};
    auto out = world.ask<RowsOut>(query_rows, in);
    CHECK(world.names(out.rows) ==
          std::vector<std::string>{"Alice Adams", "Bob Brown", "Bobby Burns"});
    CHECK(out.stat.current == 20);
    CHECK(out.stat.total == 4);
    in.stat = out.stat;
    out = world.ask<RowsOut>(query_rows, in);
    CHECK(world.names(out.rows) == std::vector<std::string>{"Carol Çelik"});
    CHECK(out.stat.current == mid::end);
    in.table = std::vector<std::uint32_t>{18, 99};
    out = world.ask<RowsOut>(query_rows, in);
    CHECK(world.names(out.rows)[0] == "Bob Brown");
    CHECK((*out.rows)[1].values[0].tag.type() == mapi::PropertyType::error);
    in.table.reset();
    in.stat.current = 99;
    CHECK(world.ask<RowsOut>(query_rows, in).code == Code::not_found);
}

TEST_CASE("names are resolved as people type them") {
    const auto people = rpc_desk::staff();
    const auto found = [&](std::string_view text) { return resolve(people, text); };
    using Mids = std::vector<std::uint32_t>;
    CHECK(found("alice") == Mids{16});
    CHECK(found("ADAMS") == Mids{16});
    CHECK(found("bob") == Mids{18});  // an account of just that name
    CHECK(found("bo") == Mids{18, 17});
    CHECK(found("SMTP:bobby@example.org") == Mids{17});
    CHECK(found("b") == Mids{18, 17});
    CHECK(found("nobody").empty());
    CHECK(found("").empty());
    CHECK(found("lice").empty());  // not in the middle of a word
    World world;
    ResolveIn<true> in;
    in.handle = world.handle;
    in.names = {"alice", "b", "nobody", std::nullopt};
    in.columns = Tags{display_name, smtp};
    const auto out = world.ask<ResolveOut>(resolve_names_w, in);
    CHECK(*out.mids == Tags{mid::resolved, mid::ambiguous, mid::unresolved, mid::unresolved});
    REQUIRE(out.rows->size() == 1);
    CHECK((*out.rows)[0].values[1].value.text == "alice@example.org");
}

TEST_CASE("filters find those who fit, and say so when it is too many or too much") {
    World world;
    using Names = std::vector<std::string>;
    CHECK(world.names(world.matches(about(mapi::Test::property, anr, "bo")).rows) ==
          Names{"Bob Brown", "Bobby Burns"});
    CHECK(world.names(world.matches(about(mapi::Test::content, display_name, "AL", 2)).rows) ==
          Names{"Alice Adams"});
    CHECK(world.names(world.matches(about(mapi::Test::content, smtp, "b@ex", 1)).rows) ==
          Names{"Bob Brown"});
    CHECK(world.matches(about(mapi::Test::exists, smtp, "")).mids->size() == 4);
    CHECK(world.matches(about(mapi::Test::exists, 0x3a08001f, "")).mids->empty());
    CHECK(world.names(world
                          .matches(of(mapi::Test::all_of,
                                      {about(mapi::Test::property, anr, "bo"),
                                       of(mapi::Test::none_of,
                                          {about(mapi::Test::property, 0x3a00001f, "bob")})}))
                          .rows) == Names{"Bobby Burns"});
    CHECK(world.matches(about(mapi::Test::exists, smtp, ""), 3).code == Code::table_too_big);
    CHECK(world.matches(about(mapi::Test::size, smtp, "")).code == Code::too_complex);
}

TEST_CASE("a client moves through the list and compares where it has been") {
    World world;
    UpdateStatIn in;
    in.handle = world.handle;
    in.stat.delta = 2;
    in.delta = 0;
    auto out = world.ask<UpdateStatOut>(update_stat, in);
    CHECK(out.stat.current == 17);
    CHECK(out.delta == 2);
    in.stat = out.stat;
    in.stat.delta = 100;
    out = world.ask<UpdateStatOut>(update_stat, in);
    CHECK(out.stat.current == mid::end);
    CHECK(out.delta == 2);
    in.stat = out.stat;
    in.stat.delta = -1000;
    CHECK(world.ask<UpdateStatOut>(update_stat, in).stat.current == 16);
    in.stat = {};
    in.stat.current = mid::current;
    in.stat.position = 1;
    in.stat.total = 2;  // half the way
    CHECK(world.ask<UpdateStatOut>(update_stat, in).stat.current == 17);
    const auto compared = [&](std::uint32_t a, std::uint32_t b) {
        return world.ask<CompareMidsOut>(compare_mids, CompareMidsIn{world.handle, 0, {}, a, b});
    };
    CHECK(compared(16, 18).result == -1);
    CHECK(compared(17, 18).result == 1);
    CHECK(compared(17, 17).result == 0);
    CHECK(compared(17, 99).code == Code::general_failure);
    SeekEntriesIn to{world.handle,      0, {}, {display_name, mapi::Value::of("bobb")}, {},
                     Tags{display_name}};
    CHECK(world.ask<RowsOut>(seek_entries, to).stat.current == 17);
    to.target.value.text = "zoe";
    CHECK(world.ask<RowsOut>(seek_entries, to).code == Code::not_found);
}

TEST_CASE("a person's properties are those asked for, or the error that there is none") {
    World world;
    GetPropsIn in{
        world.handle, 0, {}, Tags{display_name, 0x0fff0102, 0x3a08001f, 0x3001001e, 0x39fe0000}};
    in.stat.current = 18;
    const auto out = world.ask<GetPropsOut>(get_props, in);
    CHECK(out.code == Code::errors_returned);
    const auto& values = out.row->values;
    CHECK(values[0].value.text == "Bob Brown");
    CHECK(values[1].value.text == permanent_entry_id(world.people[1].dn));
    CHECK(values[2].tag == PropertyTag(0x3a08000a));
    CHECK(values[3].value.text == "Bob Brown");
    CHECK(values[4].tag == smtp);  // of whatever type it is
    const auto mids = world.ask<MidsOut>(
        dn_to_mid,
        DnToMidIn{world.handle, 0, {"/O=EXAMPLE/ou=Exchange/cn=Recipients/cn=bob", "/o="}});
    CHECK(*mids.mids == Tags{18U, 0U});
    const auto lists =
        world.ask<GetSpecialTableOut>(get_special_table, GetSpecialTableIn{world.handle, 4, {}, 0});
    REQUIRE(lists.rows->size() == 1);
    CHECK((*lists.rows)[0].values[4].value.text == "Global Address List");
}

TEST_CASE("a session is good for whom it was opened, until it is closed or run down") {
    World world;
    const std::string stub = ndr::write(QueryColumnsIn{world.handle, 0, 0});
    CHECK(world.call(query_columns, stub).ok);
    world.group = 2;
    CHECK(world.call(query_columns, stub).status == rpc::Status::context_mismatch);
    world.group = 1;
    CHECK(world.ask<UnbindOut>(unbind, UnbindIn{world.handle, 0}).code == Code::unbind_success);
    CHECK(world.call(query_columns, stub).status == rpc::Status::context_mismatch);
    world.handle = world.ask<BindOut>(bind, BindIn{}).handle;
    run_down(world.book, 1, world.heap);
    CHECK(world.call(query_columns, ndr::write(QueryColumnsIn{world.handle, 0, 0})).status ==
          rpc::Status::context_mismatch);
    BindIn unicode;
    unicode.stat.code_page = 1200;
    CHECK(world.ask<BindOut>(bind, unicode).code == Code::invalid_codepage);
    CHECK(world.call(bind, "short").status == rpc::Status::bad_stub_data);
    CHECK(world.call(99, stub).status == rpc::Status::context_mismatch);
}

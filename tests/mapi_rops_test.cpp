// Remote operations: the examples of MS-OXCFOLD, MS-OXCTABL and MS-OXCPRPT octet by octet, and
// every operation there is through writing and reading; cut short or unknown, a buffer is refused.
#include "protocols/sasl/digests.hpp"
#include "tests/catch.hpp"
#include "tests/support/mapi_filler.hpp"

using namespace postroad;
using namespace postroad::mapi;
using mapi_filler::made;

namespace {

std::string hex_of(const RopRequest& request) {
    std::string octets = write_requests({{request}, {}});
    return sasl::hex(octets.substr(2));
}

std::string unhex(std::string_view hex) {
    std::string out;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
        out += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
    return out;
}
std::string framed(std::string_view rops) {
    const auto size = rops.size() + 2;
    return std::string{static_cast<char>(size & 0xff), static_cast<char>(size >> 8)}.append(rops);
}

const std::vector<PropertyTag> columns{tag::subject, tag::delivery_time, tag::flags,
                                       tag::has_attachments, tag::entry_id};
const std::vector<PropertyTag>* all_columns(std::uint8_t) { return &columns; }

constexpr std::size_t kinds = std::variant_size_v<RequestBody>;

RopRequest request_of(std::size_t index, std::uint64_t seed) {
    RopRequest out{1, 2, 0, mapi_filler::request_of(index, seed)};
    if (find_rop(out.id())->two_handles) out.second = 3;
    return out;
}

}  // namespace

TEST_CASE("requests are those of the specifications' examples") {
    CHECK(hex_of({0, 0, 1, rop::GetContentsTable{0}}) == "0500000100");  // MS-OXCFOLD §4.1.1
    CHECK(hex_of({0, 1, 0,
                  rop::SetColumns{0,
                                  {0x67480014, 0x674a0014, 0x674d0014, 0x674e0003, 0x0037001f,
                                   0x0e060040}}}) ==  // MS-OXCTABL §4.2.1
          "12000100060014004867"
          "14004a6714004d6703004e671f0037004000060e");
    CHECK(
        hex_of({0, 0, 0,
                rop::SortTable{0, 1, 1, {{0x8008301f, 0}, {0x0e060040, 1}}}})  // MS-OXCTABL §4.3.1
            .size() == 2 * (10 + 5 + 5));
    CHECK(
        hex_of({0, 0, 0, rop::GetPropertiesSpecific{0, 1, {0x863e000b, 0x863f0003, 0x65e20102}}}) ==
        "070000000001000300"
        "0b003e8603003f860201e265");  // MS-OXCPRPT §4.3.1
}

TEST_CASE("the example of sorting has the type before the number of each property") {
    // MS-OXCTABL §4.3.1: 1f30 0880 is a type of 0x301f and a property of 0x8008.
    const auto read = read_requests(framed(unhex("13000000020001000100"
                                                 "1f30088000"
                                                 "4000060e01")));
    REQUIRE(read.has_value());
    const auto& sort = std::get<rop::SortTable>(read->rops[0].body);
    REQUIRE(sort.orders.size() == 2);
    CHECK(sort.orders[0].tag.number == 0x8008301f);
    CHECK(sort.orders[1].tag == tag::delivery_time);
    CHECK(sort.orders[1].direction == 1);
    CHECK(hex_of(read->rops[0]) == "13000000020001000100"
                                   "1f30088000"
                                   "4000060e01");
}

TEST_CASE("every operation there is comes back as it was written") {
    for (std::size_t index = 0; index < kinds; ++index)
        for (std::uint64_t seed = 1; seed <= 60; ++seed) {
            const RequestBuffer buffer{{request_of(index, seed)}, {1, 2, no_handle, 4}};
            CAPTURE(name_of(buffer.rops[0].id()), seed);
            const auto again = read_requests(write_requests(buffer));
            REQUIRE(again.has_value());
            REQUIRE(*again == buffer);
        }
}

TEST_CASE("every response comes back, by its request and the columns of its table") {
    for (std::size_t index = 0; index < kinds; ++index)
        for (std::uint64_t seed = 1; seed <= 60; ++seed) {
            const RequestBuffer asked{{request_of(index, seed)}, {}};
            const RopRequest& request = asked.rops[0];
            if (!find_rop(request.id())->answered) continue;
            ResponseBuffer buffer{{response_to(request)}, {7}};
            const auto* specific = std::get_if<rop::GetPropertiesSpecific>(&request.body);
            mapi_filler::fill(buffer.rops[0].body, seed, specific ? &specific->tags : &columns);
            CAPTURE(name_of(request.id()), seed);
            auto again = read_responses(write_responses(buffer), asked, all_columns);
            REQUIRE(again.has_value());
            REQUIRE(*again == buffer);
            buffer.rops[0] = failure_of(request, RopError::not_found);
            again = read_responses(write_responses(buffer), asked, all_columns);
            REQUIRE(again.has_value());
            REQUIRE(*again == buffer);
        }
}

TEST_CASE("a buffer that ends too early is refused wherever it ends") {
    for (std::size_t index = 0; index < kinds; ++index) {
        const std::string octets = write_requests({{request_of(index, 5)}, {}}).substr(2);
        for (std::size_t size = 1; size < octets.size(); ++size) {
            CAPTURE(index, size);
            REQUIRE(!read_requests(framed(octets.substr(0, size))));
        }
    }
    CHECK(!read_requests(""));
    CHECK(!read_requests(unhex("0100")));           // smaller than its own size
    CHECK(!read_requests(unhex("0300") + "\x99"));  // an operation that nobody knows
    CHECK(!read_requests(unhex("0200ffffff")));     // three quarters of a handle
    CHECK(read_requests(unhex("0200ffffffff")));
}

TEST_CASE("several operations share a buffer, and news may come between their answers") {
    const RequestBuffer asked{{{0, 0, 0, rop::Release{}},
                               {0, 1, 2, rop::GetContentsTable{0}},
                               {0, 2, 0, rop::SetColumns{0, columns}},
                               {0, 2, 0, rop::QueryRows{0, 1, 50}}},
                              {1, 2, no_handle}};
    ResponseBuffer buffer;
    rop::Notify news;
    news.subscription = 9;
    news.folder = 1;
    news.message = 2;
    news.message_class = "IPM.Note";
    buffer.rops.push_back(response_to(asked.rops[1]));
    CHECK(buffer.rops[0].handle == 2);
    buffer.rops.push_back({RopId::notify, 0, 0, news});
    buffer.rops.push_back(response_to(asked.rops[2]));
    buffer.rops.push_back(response_to(asked.rops[3]));
    Row row;
    row.cells = {{tag::subject, Value::of("Hello"), 0},
                 {tag::delivery_time, Value::of(5), 0},
                 {tag::flags, Value::of(1), 0},
                 {tag::has_attachments, {}, 0},
                 {tag::entry_id, {}, static_cast<std::uint32_t>(RopError::not_found)}};
    std::get<rop::Rows>(buffer.rops[3].body).rows = {row, row};
    const auto again = read_responses(write_responses(buffer), asked, nullptr);
    REQUIRE(again.has_value());
    CHECK(*again == buffer);
    // Whoever does not know the columns cannot read rows.
    RequestBuffer later = asked;
    later.rops.erase(later.rops.begin() + 2);
    buffer.rops.erase(buffer.rops.begin() + 2);
    CHECK(!read_responses(write_responses(buffer), later, nullptr));
    CHECK(read_responses(write_responses(buffer), later, all_columns));
    CHECK(!read_responses(write_responses(buffer), {{}, {}}, all_columns));
}

TEST_CASE("news of every kind has the parts that belong to it, and no others") {
    for (const std::uint16_t kind : {rop::news::new_mail, rop::news::created, rop::news::deleted,
                                     rop::news::modified, rop::news::moved, rop::news::copied})
        for (unsigned more = 0; more < 16; ++more) {
            rop::Notify news;
            news.flags = static_cast<std::uint16_t>(kind | more << 12);
            ResponseBuffer buffer{{{RopId::notify, 0, 0, news}}, {}};
            const std::string octets = write_responses(buffer);
            const auto again = read_responses(octets, {{}, {}}, nullptr);
            REQUIRE(again.has_value());
            CHECK(*again == buffer);
            const bool on_message = (more & 8) != 0;
            if (kind == rop::news::deleted && more == 0)
                CHECK(octets.size() == 2 + 1 + 4 + 1 + 2 + 8 + 8);  // the folder and its parent
            if (kind == rop::news::modified && on_message && more == 8)
                CHECK(octets.size() == 2 + 1 + 4 + 1 + 2 + 8 + 8 + 2);
        }
}

TEST_CASE("a server that is not the right one says which one is") {
    const RequestBuffer asked{{{0, 0, 0, rop::Logon{1, 0, 0, "/o=Example/cn=alice"}}}, {no_handle}};
    ResponseBuffer buffer{{failure_of(asked.rops[0], RopError::wrong_server)}, {no_handle}};
    std::get<rop::Elsewhere>(buffer.rops[0].body).server = "/o=Example/cn=MAIL2";
    const auto again = read_responses(write_responses(buffer), asked, nullptr);
    REQUIRE(again.has_value());
    CHECK(*again == buffer);
}

TEST_CASE("restrictions of all kinds come back, and end somewhere") {
    for (std::uint64_t seed = 1; seed <= 300; ++seed) {
        const auto restriction = made<Restriction>(seed);
        Restriction again;
        REQUIRE(read(write(restriction), again));
        REQUIRE(again == restriction);
    }
    Restriction deep;
    std::string octets(200, '\2');  // not not not ...
    CHECK(!read(octets + "\x08" + std::string(4, '\0'), deep));
    CHECK(read(std::string(5, '\2') + "\x08" + std::string(4, '\0'), deep));
    // MS-OXCDATA §2.12.5: a property is compared with a value that has a tag of its own.
    Restriction unread{Test::property,
                       {},
                       tag::flags,
                       {},
                       0,
                       0,
                       Relation::equal,
                       0,
                       {tag::flags, Value::of(0)},
                       {}};
    CHECK(sasl::hex(write(unread)) == "0404"
                                      "0300070e"
                                      "0300070e"
                                      "00000000");
}

TEST_CASE("recipients are rows of who they are and what is known of them") {
    const std::vector<PropertyTag> known{tag::object_type, tag::smtp_address};
    RecipientRow row;
    row.email = "alice@example.org";
    row.display_name = "Alice";
    row.properties.cells = {{tag::object_type, Value::of(6), 0},
                            {tag::smtp_address, Value::of("alice@example.org"), 0}};
    row.columns = 2;
    const std::string octets = write_recipient(row, known);
    CHECK(read_recipient(octets, known) == row);
    for (std::size_t size = 0; size < octets.size(); ++size)
        CHECK(!read_recipient(octets.substr(0, size), known));
    CHECK(!read_recipient(octets, {tag::object_type}));  // more columns than the message has
    RecipientRow inside;
    inside.flags = RecipientRow::x500 | RecipientRow::has_display_name;
    inside.x500_name = "/o=Example/cn=Recipients/cn=bob";
    inside.display_name = "Bob";
    CHECK(read_recipient(write_recipient(inside, {}), {}) == inside);
}

TEST_CASE("values of every type come back, alone and by the dozen") {
    for (const int type : {2, 3, 4, 5, 6, 7, 10, 11, 13, 20, 30, 31, 64, 72, 251, 258})
        for (const int many : {0, 0x1000}) {
            TaggedValue value;
            value.tag = PropertyTag(0x3001, static_cast<PropertyType>(type | many));
            const bool text = is_text(static_cast<PropertyType>(type));
            const std::string word = "sixteen octets!!";
            if (many != 0 && text)
                value.value.texts = {word, word};
            else if (many != 0)
                value.value.numbers = {1, 2, 3};
            else if (text)
                value.value.text = word;
            else
                value.value.number = 1;
            TaggedValue again;
            CAPTURE(type, many);
            REQUIRE(read(write(value), again));
            REQUIRE(again == value);
        }
    TaggedValue strange;
    CHECK(!read(unhex("99000130"
                      "00000000"),
                strange));
}

TEST_CASE("operations, properties and types have the names of their documents") {
    CHECK(name_of(RopId::query_rows) == "RopQueryRows");
    CHECK(name_of(static_cast<RopId>(0x99)) == "Rop 0x99");
    CHECK(to_string(find_rop(RopId::logon)->section) == "MS-OXCROPS §2.2.3.1");
    CHECK(name_of(tag::subject) == "PidTagSubject");
    CHECK(name_of(PropertyTag(0x0037001e)) == "PidTagSubject");
    CHECK(name_of(PropertyTag(0x99990003)).empty());
    CHECK(name_of(PropertyType::string) == "PtypString");
    for (std::size_t index = 0; index < kinds; ++index)
        CHECK(name_of(mapi_filler::request_of(index, 1).index() == index
                          ? RopRequest{0, 0, 0, mapi_filler::request_of(index, 1)}.id()
                          : RopId{})
                  .starts_with("Rop"));
}

// Restrictions and sort orders over rows of values, and items as texts and back.
#include "protocols/mapi/code_page.hpp"
#include "protocols/mapi/item.hpp"
#include "protocols/mapi/object_ids.hpp"
#include "protocols/mapi/restriction_match.hpp"
#include "tests/catch.hpp"

using namespace postroad;
using namespace postroad::mapi;

namespace {

constexpr PropertyTag names_of_row = 0x8001101f;

std::optional<Value> of_row(PropertyTag asked) {
    static const std::vector<TaggedValue> row{{tag::subject, Value::of("Re: Zebras")},
                                              {tag::size, Value::of(500U)},
                                              {tag::flags, Value::of(5U)},
                                              {0x7001000b, Value::of(1U)},
                                              {0x70020003, Value::of(0xfffffff6U)},  // -10
                                              {0x70030102, Value::of("abc")},
                                              {0x70040005, Value::of(0xbff0000000000000U)},  // -1.0
                                              {names_of_row, {0, {}, {}, {"red", "Green"}}}};
    for (const TaggedValue& one : row)
        if (one.tag == asked) return one.value;
    return std::nullopt;
}

Restriction content(std::string_view text, std::uint16_t low, std::uint16_t high,
                    PropertyTag of = tag::subject) {
    Restriction out;
    out.test = Test::content;
    out.tag = of;
    out.fuzzy_low = low;
    out.fuzzy_high = high;
    out.value = {of, Value::of(text)};
    return out;
}
Restriction property(PropertyTag of, Relation relation, std::uint64_t number) {
    Restriction out;
    out.test = Test::property;
    out.tag = of;
    out.relation = relation;
    out.value = {of, Value::of(number)};
    return out;
}
Restriction both(Test test, Restriction a, Restriction b) {
    Restriction out;
    out.test = test;
    out.parts = {std::move(a), std::move(b)};
    return out;
}
Restriction around(Test test, Restriction inner) {
    Restriction out;
    out.test = test;
    out.parts = {std::move(inner)};
    return out;
}
bool passes(const Restriction& restriction) { return matches(restriction, of_row); }

}  // namespace

TEST_CASE("texts are compared whole, by their beginning and in parts, with or without case") {
    CHECK(passes(content("Re: Zebras", 0, 0)));
    CHECK_FALSE(passes(content("re: zebras", 0, 0)));
    CHECK(passes(content("re: zebras", 0, 1)));
    CHECK_FALSE(passes(content("Re:", 0, 0)));
    CHECK(passes(content("Re:", 2, 0)));
    CHECK_FALSE(passes(content("Zeb", 2, 0)));
    CHECK(passes(content("ZEB", 1, 4)));
    CHECK_FALSE(passes(content("ZEB", 1, 0)));
    CHECK(passes(content("", 1, 0)));
    CHECK_FALSE(passes(content("Re: Zebras and more", 1, 0)));
    CHECK_FALSE(passes(content("x", 1, 0, tag::body)));  // there is none
    CHECK(passes(content("bc", 1, 0, 0x70030102)));
    CHECK(passes(content("green", 0, 1, names_of_row)));  // one of several is enough
    CHECK_FALSE(passes(content("blue", 0, 1, names_of_row)));
}

TEST_CASE("numbers are compared by their signs and types") {
    CHECK(passes(property(tag::size, Relation::equal, 500)));
    CHECK(passes(property(tag::size, Relation::not_equal, 501)));
    CHECK(passes(property(tag::size, Relation::less, 501)));
    CHECK_FALSE(passes(property(tag::size, Relation::less, 500)));
    CHECK(passes(property(tag::size, Relation::less_equal, 500)));
    CHECK(passes(property(tag::size, Relation::greater_equal, 500)));
    CHECK_FALSE(passes(property(tag::size, Relation::greater, 500)));
    CHECK(passes(property(0x70020003, Relation::less, 3)));  // -10
    CHECK(passes(property(0x70040005, Relation::less, 0)));  // -1.0 and 0.0
    CHECK_FALSE(passes(property(0x7009000b, Relation::not_equal, 1)));  // not there: no test
    CHECK(passes(property(0x7001000b, Relation::equal, 1)));
}

TEST_CASE("tests are joined, turned round, counted, and remarks say nothing") {
    const Restriction yes = content("Zebras", 1, 0), no = content("Apples", 1, 0);
    CHECK(passes(both(Test::all_of, yes, yes)));
    CHECK_FALSE(passes(both(Test::all_of, yes, no)));
    CHECK(passes(both(Test::any_of, no, yes)));
    CHECK_FALSE(passes(both(Test::any_of, no, no)));
    CHECK(passes(around(Test::none_of, no)));
    CHECK_FALSE(passes(around(Test::none_of, yes)));
    CHECK(passes(around(Test::comment, yes)));
    CHECK_FALSE(passes(around(Test::comment, no)));
    Restriction remark;
    remark.test = Test::comment;
    CHECK(passes(remark));
    Restriction none;
    none.test = Test::all_of;
    CHECK(passes(none));
    none.test = Test::any_of;
    CHECK_FALSE(passes(none));
    Restriction bits;
    bits.test = Test::bitmask;
    bits.tag = tag::flags;
    bits.number = 4;
    bits.relation = Relation::less;  // are they clear?
    CHECK_FALSE(passes(bits));
    bits.relation = Relation::less_equal;
    CHECK(passes(bits));
    bits.number = 2;
    CHECK_FALSE(passes(bits));
    Restriction size;
    size.test = Test::size;
    size.tag = 0x70030102;
    size.number = 3;
    CHECK(passes(size));
    size.number = 4;
    CHECK_FALSE(passes(size));
    Restriction exists;
    exists.tag = tag::size;
    CHECK(passes(exists));
    exists.tag = tag::body;
    CHECK_FALSE(passes(exists));
    Restriction compared;
    compared.test = Test::compare;
    compared.tag = tag::size;
    compared.other = tag::flags;
    compared.relation = Relation::greater;
    CHECK(passes(compared));
    CHECK(size_of(both(Test::any_of, around(Test::none_of, yes), no)) == 4);
}

TEST_CASE("a message passes by one of its recipients or attachments") {
    Restriction inner = content("bob", 1, 1, tag::display_name);
    Restriction by_recipient = around(Test::sub_object, inner);
    by_recipient.tag = 0x0e12000d;
    const SubObjects two = [](PropertyTag asked) {
        std::vector<ValueOf> out;
        if (asked.id() != 0x0e12) return out;
        for (const char* name : {"Alice", "Bob"})
            out.push_back([name](PropertyTag) -> std::optional<Value> { return Value::of(name); });
        return out;
    };
    CHECK(matches(by_recipient, of_row, two));
    CHECK_FALSE(matches(by_recipient, of_row));
    Restriction counted = around(Test::count, content("", 1, 0, tag::display_name));
    counted.number = 2;
    by_recipient.parts = {counted};
    CHECK(matches(by_recipient, of_row, two));
    by_recipient.parts.front().number = 1;
    CHECK_FALSE(matches(by_recipient, of_row, two));
}

TEST_CASE("rows are sorted by one order after another; what has no value comes first") {
    const auto row = [](std::string_view subject, std::uint64_t size) {
        return [subject, size](PropertyTag asked) -> std::optional<Value> {
            if (asked == tag::subject && subject.empty()) return std::nullopt;
            return asked == tag::subject ? Value::of(subject) : Value::of(size);
        };
    };
    const std::vector<SortOrder> orders{{tag::subject, 0}, {tag::size, 1}};
    CHECK((compare(orders, row("apple", 1), row("Banana", 1)) < 0));
    CHECK((compare(orders, row("apple", 1), row("APPLE", 1)) == 0));
    CHECK((compare(orders, row("apple", 1), row("APPLE", 2)) > 0));
    CHECK((compare(orders, row("", 1), row("a", 1)) < 0));
    CHECK((compare({{tag::subject, 1}}, row("", 1), row("a", 1)) > 0));
}

TEST_CASE("an item comes back from its text, and what follows from what is settled") {
    Item item;
    put_property(item.properties, tag::subject, Value::of("RE: plan"));
    settle_subject(item, tag::subject);
    CHECK(item.find(tag::normalized_subject)->value.text == "plan");
    put_property(item.properties, tag::normalized_subject, Value::of("plans"));
    settle_subject(item, tag::normalized_subject);
    CHECK(item.find(tag::subject)->value.text == "RE: plans");
    item.recipients = {{0, RecipientKind::to, "Bob", "bob@example.org"},
                       {4, RecipientKind::to, "", "carol@example.org"},
                       {5, RecipientKind::bcc, "Dan", "dan@example.org"}};
    settle_recipients(item);
    CHECK(item.find(tag::display_to)->value.text == "Bob; carol@example.org");
    item.attachments.push_back({3, {{tag::attach_data, Value::of(std::string(70'000, 'x'))}}});
    settle_attachments(item);
    put_property(item.properties, names_of_row, {0, {}, {}, {"a", "b"}});
    CHECK(unpack(pack(item)) == item);
    CHECK(item.attachment(3)->properties.size() == 1);
    CHECK(item.attachment(0) == nullptr);
    std::vector<std::string> lost;
    put_property(item.attachments[0].properties, 0x7ffe000b, Value::of(1U));
    CHECK(to_mail(item, &lost).attachments.size() == 1);
    CHECK(lost == std::vector<std::string>{"0x7ffe000b of an attachment"});
    CHECK(unpack_properties(pack(item.properties)) == item.properties);
}

TEST_CASE("ids have the replica ahead of six octets of the counter, the highest first") {
    CHECK(object_id(0x0102030405) == 0x0504030201000001);
    CHECK(counter_of(object_id(0xffffffffffff)) == 0xffffffffffff);
    CHECK(counter_of(2) == 0);  // of another replica
    const rpc::Uuid uuid{"00112233-4455-6677-8899-aabbccddeeff"};
    const std::string folder = folder_entry_id(uuid, uuid, object_id(5));
    CHECK(folder.size() == 46);
    CHECK(folder.substr(38) == std::string("\0\0\0\0\0\5\0\0", 8));
    CHECK(message_entry_id(uuid, uuid, object_id(5), object_id(6)).size() == 70);
}

TEST_CASE("texts of octets are Latin-1, and what it does not have is a question mark") {
    CHECK(to_octets("Gr\xc3\xbc\xc3\x9f"
                    "e \xe2\x82\xac!") == "Gr\xfc\xdf"
                                          "e ?!");
    CHECK(from_octets("\xe9t\xe9") == "\xc3\xa9t\xc3\xa9");
    CHECK(to_octets(from_octets("\x80\xff plain")) == "\x80\xff plain");
}

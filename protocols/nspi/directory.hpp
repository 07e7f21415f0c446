// The address book as a function over values: people in, answers to the operations of MS-OXNSPI
// out, and the referral's (MS-OXABREF). Who is in it is the caller's; only sessions are remembered.
#pragma once

#include <functional>
#include <span>

#include "protocols/nspi/nspi.hpp"

namespace postroad::nspi {

struct Person {
    std::uint32_t mid = 0;  // a number of its own, from 16 on (§2.2.1.8), in any order
    std::string dn;         // "/o=Example/ou=Exchange/cn=Recipients/cn=alice"
    std::string display_name, account, smtp;
    std::string home_database;  // "…/cn=Servers/cn=MAIL/cn=Microsoft Private MDB"
};

struct Session {
    rpc::Uuid id;
    std::uint32_t group = 0;  // the association group it belongs to
};
struct Book {
    List<Session> sessions;
};
static_assert(Record<Book>);
inline constexpr std::size_t sessions_max = 4096;

struct BookHost {
    std::span<const Person> people;  // sorted by display name
    rpc::Uuid server;
    rpc::Uuid fresh;  // drawn: names a session that this call opens
    std::string_view list_name = "Global Address List";
};
rpc::Outcome answer(Book& book, const rpc::CallAsk& call, const BookHost& host, Heap& heap);
void run_down(Book& book, std::uint32_t group, Heap& heap);
void release(Book& book, Heap& heap);

struct ReferralHost {
    std::string_view address_book;  // the server that has it, "mail.example.org"
    // The server of a distinguished name "/o=.../cn=Servers/cn=MAIL"; empty: not known.
    std::function<std::string(std::string_view server_dn)> fqdn_of;
};
rpc::Outcome answer_referral(const rpc::CallAsk& call, const ReferralHost& host);

// The parts, for whoever needs them without a call.
// Ambiguous name resolution (§3.1.4.7): whose display name, one of its words, account or address
// begins so. An exact one leaves the others out.
std::vector<std::uint32_t> resolve(std::span<const Person> people, std::string_view text);
// A value of the tag's, or ecNotFound in its place.
TaggedValue property_of(const Person& person, PropertyTag tag);
// §2.2.9.3: what stands for a person for ever.
std::string permanent_entry_id(std::string_view dn, std::uint32_t display_type = 0);

}  // namespace postroad::nspi

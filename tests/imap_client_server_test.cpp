// The IMAP client and our server understand each other, job by job, however their octets are cut.
#include "tests/support/imap_session.hpp"

using namespace postroad;
using imap::Job;
using imap::JobKind;

namespace {

std::vector<Job> all_jobs() {
    std::vector<Job> jobs;
    const auto put = [&](Job one) -> Job& {
        jobs.push_back(std::move(one));
        return jobs.back();
    };
    put(on_mailbox(JobKind::create, "Entw\xc3\xbcrfe & Co"));
    Job& append = put(on_mailbox(JobKind::append, "Entw\xc3\xbcrfe & Co"));
    append.content = "Subject: =?utf-8?Q?gr=C3=BCn?=\r\n\r\nhello {5}\r\n)\r\n";
    append.flags = "\\Seen $Junk";
    append.date = "17-Jul-1996 02:44:25 -0700";
    put(jobs.back());
    put(on_mailbox(JobKind::list, "*"));
    put(on_mailbox(JobKind::status, "Entw\xc3\xbcrfe & Co"));
    put(on_mailbox(JobKind::subscribe, "INBOX"));
    put(on_mailbox(JobKind::list, "*")).subscribed = true;
    put(on_mailbox(JobKind::unsubscribe, "INBOX"));
    put(on_mailbox(JobKind::select, "Entw\xc3\xbcrfe & Co")).resync = true;
    put(on_uids(JobKind::summaries, "1:*")).wants = 7;
    put(on_uids(JobKind::fetch, "1"));
    put(on_uids(JobKind::fetch, "1:2")).chunk_octets = 7;
    put(on_uids(JobKind::part, "1")).section = "HEADER.FIELDS (SUBJECT)";
    put(on_uids(JobKind::store, "1")).flags = "\\Flagged";
    put(job(JobKind::search)).program = "FLAGGED SUBJECT \"gr\xc3\xbcn\"";
    put(on_uids(JobKind::copy, "1")).to = "INBOX";
    put(on_uids(JobKind::move, "2")).to = "INBOX";
    put(on_uids(JobKind::expunge, "1"));
    put(job(JobKind::noop));
    put(job(JobKind::close));
    put(on_mailbox(JobKind::examine, "INBOX")).resync = true;
    put(job(JobKind::unselect));
    put(on_mailbox(JobKind::rename, "Entw\xc3\xbcrfe & Co")).to = "Alt";
    put(on_mailbox(JobKind::remove, "Alt"));
    return jobs;
}

std::vector<std::string> run_all(imap_model::Store& store, const imap::ServerHost& host, bool rev2,
                                 std::size_t piece) {
    ImapSession session(store);
    session.host = host;
    session.piece = piece;
    session.client.host.rev2 = rev2;
    session.client.host.name = "test";
    const std::vector<Job> jobs = all_jobs();
    std::size_t at = 0;
    session.run([](const Tell&, std::string_view) {},
                [&] { return at < jobs.size() ? std::optional(jobs[at++]) : std::nullopt; });
    return session.client.told;
}

bool tells(const std::vector<std::string>& told, const std::string& wanted) {
    return std::find(told.begin(), told.end(), wanted) != told.end();
}

}  // namespace

TEST_CASE("each job of the IMAP client does at our server what it says") {
    for (const bool old : {false, true}) {
        for (const bool rev2 : {false, true}) {
            imap::ServerHost host;
            if (old) host.capabilities = {};
            std::vector<std::string> whole;
            for (const std::size_t piece : {std::size_t{0}, std::size_t{7}, std::size_t{1}}) {
                imap_model::Store store;
                const auto told = run_all(store, host, rev2, piece);
                INFO("old " << old << ", rev2 " << rev2 << ", piece " << piece);
                for (const std::string& one : told) {
                    INFO(one);
                    const bool without = old && one.starts_with("job failed unselect");
                    CHECK((without || !one.starts_with("job failed")));
                    CHECK(!one.starts_with("doubt"));
                }
                CHECK(tells(told, "folder name=Entw\xc3\xbcrfe & Co delimiter=/" +
                                      std::string(old ? "" : " attributes=\\HasNoChildren")));
                CHECK(tells(told, "message 1 " + all_jobs()[1].content));
                CHECK(tells(told, "found 1 1"));
                CHECK(tells(told, "part 1 Subject: =?utf-8?Q?gr=C3=BCn?=\r\n\r\n"));
                CHECK(store.find("INBOX")->messages.size() == 2);
                CHECK(!store.find("Alt"));
                CHECK(told.back().starts_with("session done"));
                if (piece == 0) whole = told;
                CHECK(told == whole);
            }
        }
    }
}

TEST_CASE("the IMAP client logs in at our server by every mechanism of a password") {
    for (const auto mechanism : {sasl::Mechanism::none, sasl::Mechanism::plain,
                                 sasl::Mechanism::login, sasl::Mechanism::cram_md5,
                                 sasl::Mechanism::scram_sha_1, sasl::Mechanism::scram_sha_256}) {
        for (const bool first_response : {true, false}) {
            imap_model::Store store;
            ImapSession session(store);
            session.host.mechanisms.add(mechanism);
            session.host.capabilities.set(imap::Capability::sasl_ir, first_response);
            session.client.known = mechanism;
            INFO(sasl::name_of(mechanism));
            session.run([](const Tell&, std::string_view) {},
                        []() -> std::optional<Job> { return std::nullopt; });
            CHECK(session.client.told.back().starts_with("session done"));
            CHECK(!tells(session.client.told, "login failed"));
        }
    }
}

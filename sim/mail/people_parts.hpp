// What the parts of people's mail programs share; nobody else includes this.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/kerberos/tickets.hpp"
#include "protocols/imap/client_job.hpp"
#include "sim/mail/people.hpp"

namespace postroad::sim::people {

namespace detail {  // Event::detail
inline constexpr std::uint16_t retry = mail::event::people;      // a: submission, b: serial
inline constexpr std::uint16_t fetch = routine_mail_event;  // a: person; periodic
inline constexpr std::uint16_t habit = mail::event::people + 2;      // a: person, b: habit
inline constexpr std::uint16_t work = mail::event::people + 3;       // a: person; the next message
inline constexpr std::uint16_t idle_over = mail::event::people + 4;  // a: person
inline constexpr std::uint16_t token = mail::event::people + 6;      // a: token; who has waited goes on
inline constexpr std::uint16_t page = mail::event::people + 5;       // a: person; the next one
inline constexpr std::uint16_t by_rpc = mail::event::people + 7;     // a: person, b: 1: anew
}  // namespace detail

// Records for everybody; cheap when nothing is missing.
void set_up(World& world);

// "alice", or the address of a stranger; whatever a scenario names.
std::string_view domain_name_of(const Run& run, std::uint32_t host);
std::string_view words_of(Ending how);

// Which of a mail program's jobs a DNS question belongs to, in the highest bit of `what`.
inline constexpr std::uint32_t for_fetch = 0x80000000;

// Begins to find the addresses of host `target` as real software does: by its name, from DNS; a
// device without a resolver has them in its hosts file, and then they are in `addresses` at once.
// Gives how many questions are open.
std::uint8_t look_up(Run& run, NodeId device, std::uint32_t target, Id subject, std::uint32_t who,
                     std::uint32_t what, List<AddressId>& addresses);
// A log-in that waited for a ticket or a token goes on.
// What for: "TICKET" or "TOKEN".
void log_in_again(Run& run, const kerberos_layer::Waiter& waiter, std::string_view what);
// Appends what was found.
void add_addresses(Run& run, const dns_layer::Resolved& answer, List<AddressId>& addresses);

// --- people_compose.cpp: somebody writes a message and puts it into the outbox.
void send(Run& run, const scenario::Send& send);

// --- people_workload.cpp
// The node's next waiting time with that mean, from its stream for workloads.
std::uint64_t exponential(Run& run, NodeId node, std::uint64_t mean);

// --- people_submit.cpp: outboxes. `one` owns its texts.
void submit(Run& run, const Submission& one);
void try_again(Run& run, std::uint32_t submission);
void submission_resolved(Run& run, std::uint32_t submission, std::uint32_t serial,
                         const dns_layer::Resolved& answer);
bool submission_ask(Run& run, std::uint32_t connection, std::uint32_t submission, Answer& out);
void submission_tell(Run& run, std::uint32_t connection, std::uint32_t submission,
                     const Tell& tell, std::string_view words);
void submission_over(Run& run, std::uint32_t connection, std::uint32_t submission, Ending how);
// By RPC: the server has taken it, or says why not. `code` as a reply's: 250, 4xx, 5xx; 0: no session.
void submission_by_rpc(Run& run, std::uint32_t submission, Id conversation, std::uint16_t code,
                       std::string_view words);

// --- people_fetch.cpp: looking for mail, and POP3.
PersonMail& edit_mail(Run& run, std::uint32_t person);
const PersonMail& mail_of(const Run& run, std::uint32_t person);
// Whether that connection is the one over which the person's mail program looks now.
bool is_looking(const Run& run, std::uint32_t connection, std::uint32_t person);
void explain(Run& run, std::uint32_t person, Id subject, std::string_view why);
// The look, or the session that stayed, has come to its end.
void look_is_over(Run& run, std::uint32_t person);
// A whole message has come.
void record_fetched(Run& run, Id conversation, std::uint32_t person, std::string_view text);
// A message that was left on the POP3 server is to go with the next session.
void forget_on_server(Run& run, std::uint32_t person, std::string_view unique_id);

// --- people_imap.cpp: IMAP, as a program that keeps in step or one on a web server.
bool speaks_imap(const Run& run, std::uint32_t person);
void begin_imap(Run& run, std::uint32_t person);
bool imap_ask(Run& run, std::uint32_t connection, std::uint32_t person, Answer& out, bool idles);
void imap_tell(Run& run, std::uint32_t connection, std::uint32_t person, const Tell& tell,
               std::string_view words);
// --- people_web.cpp: a mail program on a web server: a short session for each page.
bool is_web(const Run& run, std::uint32_t person);
void begin_page(Run& run, std::uint32_t person);
bool page_ask(Run& run, std::uint32_t person, Answer& out);
void page_tell(Run& run, std::uint32_t person, const Tell& tell, std::string_view words);
void page_over(Run& run, std::uint32_t connection, std::uint32_t person);
void want_page(Run& run, std::uint32_t person, imap::WebPage page, std::uint32_t uid,
               std::string_view flags = {}, char sign = '+', std::string_view to = {});
bool wants_pages(const Run& run, std::uint32_t person);

// --- people_mapi.cpp: a mail program that asks by RPC. Lines are World::rpc's.
bool speaks_mapi(const Run& run, std::uint32_t person);
// The addresses of the server are known: a session begins.
void begin_mapi(Run& run, std::uint32_t person);
// Something is wanted of the server: the session that stands is told of it, else one is begun.
void mapi_wanted(Run& run, std::uint32_t person);
void mapi_resolved(Run& run, std::uint32_t person, std::uint32_t serial,
                   const dns_layer::Resolved& answer);
void mapi_poll(Run& run, std::uint32_t person, std::uint32_t serial);
// detail::by_rpc; `begins`: another session, if there is none.
void mapi_goes_on(Run& run, std::uint32_t person, bool begins);
void mapi_device_down(Run& run, std::uint32_t person);
void mapi_not_found(Run& run, std::uint32_t person);  // the server's name
// The next call (rpc_layer::give, then ok), none any more (not ok), or none now (false: later by
// rpc_layer::go_on).
bool mapi_ask(Run& run, std::uint32_t line, Answer& out);
void mapi_tell(Run& run, std::uint32_t line, const Tell& tell, std::string_view words);
void mapi_over(Run& run, std::uint32_t line, Ending how);
void mapi_datagram(Run& run, std::uint32_t person, std::string_view payload);
// --- people_mapi_news.cpp: what a session has told, and what its person does.
MapiProgram& mapi_program(Run& run, std::uint32_t person);  // made when it is first needed
void mapi_news(Run& run, std::uint32_t person, Id conversation, const mapi::News& news);
void mapi_handle(Run& run, std::uint32_t person, const KeptMessage& message, scenario::MailAct act,
                 const std::string& to);
std::string mapi_folder_name(Run& run, std::uint32_t person, std::uint32_t folder);
// A folder that its person does not read through: what is deleted, sent, or filed there.
bool mapi_is_put_away(const Run& run, std::uint32_t person, std::uint32_t folder,
                      std::string_view filed);
void mapi_send(Run& run, std::uint32_t person, std::uint32_t submission);

// --- people_profile.cpp: a mail program made for MAPI, by its providers.
inline constexpr std::string_view pst_provider = "PST message store";
// A call of MAPI's, which provider serves it, and what it becomes there; told of where the person's
// mail program has a profile.
void called(Run& run, std::uint32_t person, Id conversation, std::string_view method,
            std::string_view provider, std::string_view became);
void called(Run& run, std::uint32_t person, Id conversation, const imap::Job& job);
std::string_view store_provider(const Run& run, std::uint32_t person);
// Its own file of mail: what POP3 has brought lies in it, and is filed there.
bool keeps_file(const Run& run, std::uint32_t person);
std::uint32_t put_into_file(Run& run, std::uint32_t person, Id conversation, std::string_view text);
std::string file_folder_name(Run& run, std::uint32_t person, std::uint32_t folder);
// Gives the folder that it lies in now; `nothing`: it is gone.
std::uint32_t handle_in_file(Run& run, std::uint32_t person, const KeptMessage& message,
                             scenario::MailAct act, std::string_view to);

// There is something to do: a session that idles goes on, else one is begun.
void go_to_server(Run& run, std::uint32_t person);
void on_idle_over(Run& run, std::uint32_t person);

// --- people_program.cpp: what a mail program shows, and what its person does with that.
struct Where {
    std::uint32_t uid = 0, folder = 0;   // IMAP; MAPI: the program's own numbers
    std::string_view unique_id;          // POP3
};
std::uint32_t program_of(Run& run, std::uint32_t person);  // made when it is first needed
void keep(Run& run, std::uint32_t person, const Where& where, std::string_view text);
void drop_kept(Run& run, std::uint32_t person, std::uint32_t folder, std::uint32_t uid);
void mark_kept(Run& run, std::uint32_t person, std::uint32_t folder, std::uint32_t uid, bool read);
void handle(Run& run, const scenario::Handle& handle);
void begin_habits(Run& run);
void on_habit(Run& run, std::uint32_t person, std::uint32_t habit);
void on_work(Run& run, std::uint32_t person);
// A look at the server is over, or something came while it idles.
void has_looked(Run& run, std::uint32_t person);

// --- people_fetch.cpp again. Does nothing while the person's mail program is at it already.
void fetch(Run& run, std::uint32_t person, bool leave_on_server);
void fetch_resolved(Run& run, std::uint32_t person, std::uint32_t serial,
                    const dns_layer::Resolved& answer);
bool fetch_ask(Run& run, std::uint32_t connection, std::uint32_t person, const Ask& ask,
               Answer& out);
void fetch_tell(Run& run, std::uint32_t connection, std::uint32_t person, const Tell& tell,
                std::string_view words);
void fetch_over(Run& run, std::uint32_t connection, std::uint32_t person, Ending how);

}  // namespace postroad::sim::people

// The door of mail hosts and people: each call goes to the queue, the people, or both.
#include "sim/mail/mail.hpp"

#include "sim/mail/imap_desk.hpp"
#include "sim/mail/log_in.hpp"
#include "sim/mail/maildrop.hpp"
#include "sim/mail/mapi_store.hpp"
#include "sim/mail/old_mail.hpp"
#include "sim/mail/people.hpp"
#include "sim/mail/queue.hpp"
#include "sim/mail/retriever.hpp"
#include "sim/mail/rulings.hpp"
#include "sim/mail/store.hpp"

namespace postroad::sim::mail {

void on_event(Run& run, const Event& event) {
    store::set_up(run.world);
    if (event.detail == event::retriever ||
        (event.detail == routine_mail_event && retriever::is_ours(event.a))) {
        retriever::on_event(run, event);
    } else if (event.detail >= event::people) {
        people::on_event(run, event);
    } else if (event.detail == event::unread || event.detail == event::unread_top) {
        maildrop::on_unread(run, event);
    } else if (event.detail >= event::mapi_news && event.detail <= event::mapi_answer_news) {
        mapi_store::on_event(run, event);
    } else if (event.detail == event::unread_imap || event.detail == event::folder_changed) {
        imap_desk::on_event(run, event);
    } else if (event.detail == event::late_refusal ||
               event.detail == event::late_refusal_of_maildrop) {
        login::on_late(run, event);
    } else if (event.detail == event::asked_again) {
        ask_again(run, event);
    } else if (event.detail == event::old_mail) {
        tell_old_mail(run, event.a);
    } else {
        on_queue_event(run, event);
    }
}

void on_workload(Run& run, const Event& event) {
    store::set_up(run.world);
    people::on_workload(run, event.a);
}

bool send(Run& run, const scenario::Send& send, std::string& error) {
    store::set_up(run.world);
    const bool somebody_here = run.setup().find_person(send.from) != nothing;
    if (!somebody_here && (!send.via || run.setup().find_host(send.via->host) == nothing)) {
        error = "nobody here is " + send.from + ", and no host is named to send via";
        return false;
    }
    scenario::Event event;
    event.action = send;
    people::act(run, event);
    return true;
}

bool fetch(Run& run, const scenario::Fetch& fetch, std::string& error) {
    store::set_up(run.world);
    if (run.setup().find_person(fetch.person) == nothing) {
        error = "there is no person " + fetch.person;
        return false;
    }
    scenario::Event event;
    event.action = fetch;
    people::act(run, event);
    return true;
}

bool handle(Run& run, const scenario::Handle& handle, std::string& error) {
    store::set_up(run.world);
    if (run.setup().find_person(handle.person) == nothing) {
        error = "there is no person " + handle.person;
        return false;
    }
    scenario::Event event;
    event.action = handle;
    people::act(run, event);
    return true;
}

void host_down(Run& run, NodeId host) {
    queue_down(run, host);
    people::host_down(run, host);
    retriever::host_down(run, host);
}

void host_up(Run& run, NodeId host) {
    store::set_up(run.world);
    queue_up(run, host);
    people::host_up(run, host);
}

void setup_changed(Run& run) { store::set_up(run.world); }

bool is_settled(const World& world) {
    return world.lively == 0 && people::is_idle(world) && world.mail.messages.live() == 0 && world.mail.deliveries.live() == 0 &&
           world.tcp.tcbs.live() == 0;
}

}  // namespace postroad::sim::mail

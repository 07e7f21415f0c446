// Mailboxes: who has one, what goes in, what comes out.
#include "sim/mail/store.hpp"

#include "protocols/base/ascii.hpp"
#include "protocols/message/trace_fields.hpp"
#include "sim/mail/addresses.hpp"
#include "sim/mail/heap_out.hpp"

namespace postroad::sim::store {
namespace {

std::uint64_t address_hash(std::string_view address) {
    char lower[320];  // RFC 5321 §4.5.3.1: 64 + 1 + 255
    const std::size_t size = std::min(address.size(), sizeof lower);
    for (std::size_t i = 0; i < size; ++i) lower[i] = to_lower(address[i]);
    return hash_octets({lower, size});
}

}  // namespace

void set_up(World& world) {
    MailTables& mail = world.mail;
    const Setup& setup = *world.setup;
    const std::uint64_t known = std::uint64_t{setup.version} + 1;
    if (mail.people_known == known) return;
    if (mail.hosts.size() < setup.hosts.size()) mail.hosts.resize(setup.hosts.size());
    while (mail.mailboxes.size() < setup.people.size()) mail.mailboxes.append(Mailbox{});
    mail.people_by_address = Index{};
    for (std::size_t i = 0; i < setup.people.size(); ++i)
        for (const std::string& address : setup.people[i].addresses)
            mail.people_by_address.insert(address_hash(address), static_cast<std::uint32_t>(i));
    mail.people_known = known;
}

std::uint32_t person_at(const Run& run, NodeId host, std::string_view address) {
    const Setup& setup = run.setup();
    POSTROAD_ASSERT(run.world.mail.people_known == std::uint64_t{setup.version} + 1);
    return run.world.mail.people_by_address.find(address_hash(address), [&](std::uint32_t id) {
        const PersonSetup& person = setup.people[id];
        if (person.mailbox_host != host) return false;
        for (const std::string& one : person.addresses)
            if (equals_ignoring_case(one, address)) return true;
        return false;
    });
}

bool is_local_domain(const Run& run, NodeId host, std::string_view domain) {
    for (const std::string& one : mail::settings_of(run, host).domains)
        if (equals_ignoring_case(one, domain)) return true;
    return false;
}

bool deliver(Run& run, NodeId host, std::uint32_t person, const Parcel& parcel) {
    set_up(run.world);
    World& world = run.world;
    const PersonSetup& owner = run.setup().people[person];
    const auto& quota = run.setup().scenario.people[owner.scenario_index].quota;
    Text prefix = world.heap.reserve(parcel.reverse_path.size() + 18);
    mail::HeapOut out{world.heap, prefix};
    message::put_return_path(out, parcel.reverse_path);
    const std::uint64_t octets = std::uint64_t{prefix.size} + parcel.content.size;
    MailboxFact fact;
    fact.message = parcel.message;
    fact.conversation = parcel.conversation;
    fact.mailbox = person;
    fact.octets = static_cast<std::uint32_t>(octets);
    Mailbox& box = world.mail.mailboxes.edit(person);
    if (quota && box.octets + octets > quota->bytes) {
        world.heap.drop(prefix);
        fact.move = MailboxMove::refused;
        run.record(host, fact, owner.address);
        run.decide(host, parcel.message, Reason::mailbox_full, owner.address);
        return false;
    }
    const std::uint32_t id = world.mail.stored.add();
    StoredMessage& entry = world.mail.stored.edit(id);
    entry.before = box.last;
    entry.mailbox = person;
    entry.uid = box.uid_next++;
    entry.prefix = prefix;
    entry.content = world.heap.share(parcel.content);
    entry.arrived = run.now();
    entry.message = parcel.message;
    entry.next = nothing;
    fact.uid = entry.uid;
    if (box.last == nothing) {
        box.first = id;
    } else {
        world.mail.stored.edit(box.last).next = id;
    }
    box.last = id;
    ++box.count;
    box.octets += octets;
    run.record(host, fact, owner.address);
    CustodyFact custody;
    custody.message = parcel.message;
    custody.conversation = parcel.conversation;
    custody.transaction = parcel.transaction;
    custody.move = CustodyMove::delivered;
    custody.recipients = 1;
    custody.content_hash = hash_octets(world.heap.view(parcel.content));
    run.record(host, custody, owner.address);
    return true;
}

void append_whole(const World& world, std::uint32_t stored, std::string& out) {
    const StoredMessage& entry = world.mail.stored[stored];
    out += world.heap.view(entry.prefix);
    out += world.heap.view(entry.content);
}

void remove(World& world, std::uint32_t stored) {
    MailTables& mail = world.mail;
    StoredMessage entry = mail.stored[stored];
    Mailbox& box = mail.mailboxes.edit(entry.mailbox);
    (entry.before == nothing ? box.first : mail.stored.edit(entry.before).next) = entry.next;
    (entry.next == nothing ? box.last : mail.stored.edit(entry.next).before) = entry.before;
    --box.count;
    box.octets -= entry.octets();
    world.heap.drop(entry.prefix);
    world.heap.drop(entry.content);
    mail.stored.remove(stored);
}

}  // namespace postroad::sim::store

// Mailboxes: who has one, what goes in, what comes out.
#include "sim/mail/store.hpp"

#include "protocols/base/ascii.hpp"
#include "protocols/message/trace_fields.hpp"
#include "sim/mail/addresses.hpp"
#include "sim/mail/folders.hpp"
#include "sim/mail/heap_out.hpp"
#include "sim/mail/mapi_store.hpp"

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
            if (setup.people[i].same_as == nothing)  // else they are that person's
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

bool fits(const Run& run, std::uint32_t person, std::uint64_t octets) {
    const auto& quota = run.setup().scenario.people[run.setup().people[person].scenario_index].quota;
    return !quota || run.world.mail.mailboxes[person].octets + octets <= quota->bytes;
}

namespace {

using mapi_store::Change;

std::uint32_t put(World& world, std::uint32_t folder, const Entry& entry) {
    MailTables& mail = world.mail;
    const std::uint32_t id = mail.stored.add();
    Folder& into = mail.folders.edit(folder);
    StoredMessage& stored = mail.stored.edit(id);
    stored.before = into.last;
    stored.next = nothing;
    stored.folder = folder;
    stored.uid = into.uid_next++;
    stored.flags = entry.flags;
    stored.prefix = entry.prefix;
    stored.content = entry.content;
    stored.arrived_s = entry.arrived_s;
    stored.message = entry.message;
    stored.modseq = ++into.modseq;
    const std::uint64_t octets = stored.octets();
    if (into.last == nothing) into.first = id;
    else mail.stored.edit(into.last).next = id;
    into.last = id;
    ++into.count;
    into.octets += octets;
    Mailbox& box = mail.mailboxes.edit(into.owner);
    box.octets += octets;
    ++box.messages;
    folders::changed(world, folder, id);
    return id;
}

std::uint32_t put_copy(World& world, std::uint32_t stored, std::uint32_t folder) {
    const StoredMessage from = world.mail.stored[stored];
    constexpr std::uint32_t system = (1U << mail_flag::keyword_shift) - 1;
    std::uint32_t flags = from.flags & system;
    const std::string keywords(world.heap.view(folders::details(world, from.folder).keywords));
    std::string_view rest = keywords;
    for (unsigned bit = mail_flag::keyword_shift; !rest.empty(); ++bit) {
        const std::string_view keyword = take_word(rest);
        if (from.flags >> bit & 1U) flags |= folders::keyword_bit(world, folder, keyword, true);
    }
    return put(world, folder, {world.heap.share(from.prefix), world.heap.share(from.content),
                               from.arrived_s, from.message, flags});
}

void note(World& world, Change what, std::uint32_t stored) {
    const StoredMessage& one = world.mail.stored[stored];
    mapi_store::note(world, {what, one.folder, one.uid, one.flags, nothing, 0});
}
void note(World& world, Change what, std::uint32_t stored, std::uint32_t from) {
    const StoredMessage& one = world.mail.stored[stored];
    const StoredMessage& before = world.mail.stored[from];
    mapi_store::note(world, {what, one.folder, one.uid, one.flags, before.folder, before.uid});
}

void take_out(World& world, std::uint32_t stored);

}  // namespace

std::uint32_t add(World& world, std::uint32_t folder, const Entry& entry) {
    const std::uint32_t id = put(world, folder, entry);
    note(world, Change::created, id);
    return id;
}

std::uint32_t copy(World& world, std::uint32_t stored, std::uint32_t folder) {
    const std::uint32_t id = put_copy(world, stored, folder);
    note(world, Change::copied, id, stored);
    return id;
}

std::uint32_t move(World& world, std::uint32_t stored, std::uint32_t folder) {
    const std::uint32_t id = put_copy(world, stored, folder);
    note(world, Change::moved, id, stored);
    take_out(world, stored);
    return id;
}

void set_flags(World& world, std::uint32_t stored, std::uint32_t flags) {
    const std::uint64_t modseq = folders::next_modseq(world, world.mail.stored[stored].folder);
    StoredMessage& one = world.mail.stored.edit(stored);
    one.flags = flags;
    one.modseq = modseq;
    folders::changed(world, one.folder, stored);
    note(world, Change::modified, stored);
}

bool deliver(Run& run, NodeId host, std::uint32_t person, const Parcel& parcel) {
    set_up(run.world);
    World& world = run.world;
    const PersonSetup& owner = run.setup().people[person];
    Text prefix = world.heap.reserve(parcel.reverse_path.size() + 18);
    mail::HeapOut out{world.heap, prefix};
    message::put_return_path(out, parcel.reverse_path);
    const std::uint64_t octets = std::uint64_t{prefix.size} + parcel.content.size;
    if (!fits(run, person, octets)) {
        MailboxFact fact;
        fact.message = parcel.message;
        fact.conversation = parcel.conversation;
        fact.mailbox = person;
        fact.octets = static_cast<std::uint32_t>(octets);
        fact.move = MailboxMove::refused;
        world.heap.drop(prefix);
        run.record(host, fact, owner.address);
        run.decide(host, parcel.message, Reason::mailbox_full, owner.address);
        return false;
    }
    const std::uint32_t folder = parcel.folder == nothing ? folders::inbox(world, person)
                                                          : parcel.folder;
    const std::uint32_t id = put(world, folder, {prefix, world.heap.share(parcel.content), run.unix_s(),
                                                 parcel.message, parcel.flags});
    note(world, Change::new_mail, id);
    folders::record(run, host, folder, MailboxMove::arrived, parcel.conversation,
                    &world.mail.stored[id]);
    folders::tell_watchers(run, folder);
    if (parcel.again) return true;
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

namespace {

void take_out(World& world, std::uint32_t stored) {
    MailTables& mail = world.mail;
    StoredMessage entry = mail.stored[stored];
    Folder& from = mail.folders.edit(entry.folder);
    (entry.before == nothing ? from.first : mail.stored.edit(entry.before).next) = entry.next;
    (entry.next == nothing ? from.last : mail.stored.edit(entry.next).before) = entry.before;
    --from.count;
    from.octets -= entry.octets();
    Mailbox& box = mail.mailboxes.edit(from.owner);
    box.octets -= entry.octets();
    --box.messages;
    folders::vanished(world, entry.folder, entry.uid);
    world.heap.drop(entry.prefix);
    world.heap.drop(entry.content);
    mail.stored.remove(stored);
}

}  // namespace

void remove(World& world, std::uint32_t stored) {
    note(world, Change::deleted, stored);
    take_out(world, stored);
}

std::size_t memory_octets(const World& world) {
    const MailTables& mail = world.mail;
    return mail.mailboxes.bytes() + mail.folders.bytes() + mail.folder_details.bytes() +
           mail.stored.bytes() + mail.open_folders.bytes() + world.heap.bytes();
}

}  // namespace postroad::sim::store

//! Words that stand in the comments of keys, so that a text made of them counts as little as it tells.
//!
//! What is missing here is no fault: a word that is not known is taken letter by letter, by how letters follow one another
//! in the words that are.

/// The words, in lower case, by what they are about.
pub(super) const WORDS: &[&str] = &[
    // Keys, and the programs that write comments.
    "key keys ssh sshd openssh rsa ecdsa dsa ed sk fido yubikey nistp md sha putty puttygen winscp pem ppk rfc public \
     imported exported generated converted created cert certificate authority bit bits type size number version",
    // Small words, and what comments and lists say.
    "for from to of on in at the and or by with no not is are was be it its this that as if do edit only use used \
     please see all any new old my our your his her one two first second last comment comments line lines file files \
     list hand managed changes lost change note temporary temp permanent shared personal private work job home school \
     university backup backups restore mirror sync upload download import export update updated upgrade append",
    // Machines and places.
    "laptop desktop notebook computer server servers host hosts hostname vm vms node nodes machine workstation \
     bastion jump gateway router switch firewall proxy vpn phone tablet pc mac macbook air mini imac thinkpad surface \
     pi raspberry raspberrypi box nas win windows office house lab room rack site store branch north south east west \
     central region zone compute instance ip vcpu cpu gb nyc sfo ams",
    // What machines are for.
    "prod production dev devel develop developer development test tests tester testing stage staging qa uat demo \
     sandbox build builder runner ci cd release main master primary secondary replica standby default live emergency \
     break glass web website app apps application api db database data storage cache queue monitor monitoring log \
     logs",
    // Clouds and programs.
    "azure azureuser aws google cloud gcp gce amazon amazonaws oracle ibm arn iam eks aks gke ec ecs rds github \
     gitlab git gitea gitolite gerrit bitbucket jenkins ansible terraform packer puppet chef salt vagrant docker \
     podman kubernetes kube cluster nagios zabbix prometheus grafana linux ubuntu debian fedora centos redhat rhel \
     suse opensuse arch alpine freebsd openbsd android iphone ios",
    // Domains.
    "com org net edu gov mil io info biz example invalid local localdomain localhost internal intern lan corp company \
     contoso fabrikam www mail gmail outlook hotmail yahoo icloud proton noreply uk co de fr es nl ch se dk fi pl cz \
     ru jp cn kr br au ca us eu",
    // Time.
    "rotated rotate rotation expires expired expiry until since valid added removed revoked replaces replaced year \
     month week day date time today jan feb mar apr may jun jul aug sep sept oct nov dec january february march april \
     june july august september october november december monday tuesday wednesday thursday friday saturday sunday",
    // People's work.
    "user users role roles group groups admin admins administrator root operator ops service services svc account \
     accounts team support devops sre deploy deployer deployment dba department engineering engineer research sales \
     marketing finance hr customer client project platform infra infrastructure network security organisation \
     organization repository repo id code name login logon access remote read write readonly",
    // Options and commands.
    "command environment permitopen permitlisten port ports forwarding agent pty restrict tunnel principals touch \
     required verify bin usr etc var srv opt sbin lib tmp src mnt sh bash rsync borg restic serve shell path sudo",
    // Given names.
    "james john robert michael mike david dave william will richard joseph joe thomas tom charles chris christopher \
     daniel dan matthew matt anthony mark donald steven steve paul andrew andy joshua kenneth kevin brian george \
     edward ronald timothy tim jason jeffrey jeff ryan jacob gary nicholas nick eric jonathan stephen larry justin \
     scott brandon benjamin ben samuel sam gregory greg alexander alex frank patrick raymond jack dennis jerry tyler \
     aaron jose henry adam douglas nathan peter zachary kyle walter harold carl keith roger gerald ethan arthur terry \
     lawrence sean mary patricia jennifer linda elizabeth barbara susan jessica sarah karen lisa nancy betty sandra \
     margaret ashley kimberly emily donna michelle carol amanda melissa deborah stephanie rebecca laura helen sharon \
     cynthia kathleen amy angela anna ruth brenda pamela nicole katherine samantha christine emma catherine virginia \
     rachel janet maria heather diane julie joyce victoria kelly christina joan evelyn lauren judith olivia martha \
     cheryl megan andrea alice bob eve julia sophie clara lena max felix lukas leon lars sven hans klaus jens uwe \
     franz karl stefan martin andreas tobias florian sebastian wolfgang pierre jean luc marie claire antoine louis \
     hugo giovanni marco luca giulia francesca paolo pedro juan carlos miguel luis ana sofia diego pablo ivan dmitri \
     olga natalia sergei igor wei li ming yuki hiroshi kenji akira priya raj amit anil sanjay deepak arun kumar ali \
     ahmed mohamed omar fatima",
    // Family names.
    "smith johnson williams brown jones garcia miller davis rodriguez martinez hernandez lopez gonzalez wilson \
     anderson taylor moore jackson lee perez thompson white harris sanchez clark ramirez lewis robinson walker young \
     allen king wright torres nguyen hill flores green adams nelson baker hall rivera campbell mitchell carter \
     roberts montgomery muller schmidt schneider fischer weber meyer wagner becker schulz hoffmann bauer koch richter \
     klein wolf",
];

/// What stands as a whole in the names of files, in options (`command="` is followed by its value) and in the headers that `ssh-keygen -e` writes.
pub(super) const PHRASES: &[&str] = &[
    "-bit ECDSA, converted by",
    "-bit ED25519, converted by",
    "-bit RSA, converted by",
    "Comment: \"",
    "from OpenSSH\"",
    "id_ecdsa",
    "id_ed25519",
    "agent-forwarding",
    "cert-authority",
    "command=\"",
    "environment=\"",
    "expiry-time=\"",
    "from=\"",
    "no-X11-forwarding",
    "no-agent-forwarding",
    "no-port-forwarding",
    "no-pty",
    "no-touch-required",
    "no-user-rc",
    "no-x11-forwarding",
    "permitlisten=\"",
    "permitopen=\"",
    "port-forwarding",
    "principals=\"",
    "tunnel=\"",
    "user-rc",
    "verify-required",
    "x11-forwarding",
];

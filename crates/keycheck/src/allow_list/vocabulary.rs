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
     central region zone compute instance ip vcpu cpu gb nyc sfo ams lt hp dell lenovo asus acer",
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
     required verify bin usr etc var srv opt sbin lib tmp src mnt sh bash rsync borg restic serve shell path sudo run owner purpose ticket expire subscriptions concurrent europe quota departamento servidor equipo oficina casa trabajo clave usuario los las \
     del",
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

/// Words with letters beyond ASCII, and what stands as a whole in the names of files, in options (`command="` is followed by its value) and in the headers that `ssh-keygen -e` writes.
pub(super) const PHRASES: &[&str] = &[
    " --append-only",
    " --config='/home/git/gogs/custom/conf/app.ini'",
    " --restrict-to-path ",
    " --restrict-to-repository ",
    " --storage-quota ",
    " -r /var/svn",
    " rather than the user \\\"root\\\".';echo;sleep 10",
    "+0000\"}",
    "-bit ECDSA, converted by",
    "-bit ED25519, converted by",
    "-bit RSA, converted by",
    "-central-1",
    "-concurrent-0",
    "-east-1",
    "-project-",
    "-west-1",
    "-west-2",
    ".compute.amazonaws.com",
    ".compute.internal",
    ".example.com",
    "/home/git/gogs/gogs serv key-",
    "/instances/",
    "/instances/vm-",
    "/opt/gitlab/embedded/service/gitlab-shell/bin/gitlab-shell key-",
    "/providers/Microsoft.Compute/sshPublicKeys/",
    "/resourceGroups/",
    "/resourceGroups/rg-",
    "/srv/borg/",
    "/subscriptions/",
    "/usr/bin/rrsync ",
    "/usr/bin/rrsync -ro ",
    "/usr/bin/rrsync -wo ",
    "/usr/local/bin/borg serve",
    "/usr/local/bin/gitea --config=/etc/gitea/app.ini serv key-",
    "/zones/",
    ":22\"",
    ":3306\"",
    ":3389\"",
    ":443\"",
    ":5432\"",
    ":6379\"",
    ":8080\"",
    ":80\"",
    ":8443\"",
    ":user/",
    ";exit 142",
    "Andr\u{e9}s",
    "Added by Google",
    "BEGIN ANSIBLE MANAGED BLOCK",
    "Bj\u{f6}rn",
    "Comment: \"",
    "DESKTOP-",
    "D\u{ed}az",
    "Deploy key for ",
    "END ANSIBLE MANAGED BLOCK",
    "Fern\u{e1}ndez",
    "Fran\u{e7}ois",
    "GIT_AUTHOR_EMAIL=",
    "GIT_AUTHOR_NAME=",
    "GIT_COMMITTER_EMAIL=",
    "GIT_COMMITTER_NAME=",
    "G\u{f3}mez",
    "G\u{fc}nther",
    "Garc\u{ed}a",
    "Gonz\u{e1}lez",
    "Guti\u{e9}rrez",
    "Hern\u{e1}ndez",
    "Informaci\u{f3}n",
    "J\u{f6}rg",
    "J\u{fc}rgen",
    "Jes\u{fa}s",
    "Jim\u{e9}nez",
    "Jos\u{e9}",
    "L\u{f3}pez",
    "Luc\u{ed}a",
    "M\u{fc}ller",
    "MacBook-Pro",
    "Managed by Ansible",
    "Managed by Puppet",
    "Mar\u{ed}a",
    "Mart\u{ed}n",
    "Mart\u{ed}nez",
    "Montr\u{e9}al",
    "Mu\u{f1}oz",
    "N\u{fa}\u{f1}ez",
    "Nicol\u{e1}s",
    "P\u{e9}rez",
    "Ram\u{ed}rez",
    "Ren\u{e9}",
    "Ren\u{e9}e",
    "Rodr\u{ed}guez",
    "S\u{e1}nchez",
    "S\u{e9}bastien",
    "Schr\u{f6}der",
    "Sebasti\u{e1}n",
    "Sof\u{ed}a",
    "Tecnolog\u{ed}as",
    "Universit\u{e9}",
    "V\u{e1}zquez",
    "WORKSTATION-",
    "\",\"expireOn\":\"",
    "\u{b178}\u{d2b8}\u{bd81}",
    "\u{b370}\u{c2a4}\u{d06c}\u{d0d1}",
    "\u{c11c}\u{bc84}",
    "\u{c1}lvarez",
    "\u{c1}ngel",
    "\u{cef4}\u{d4e8}\u{d130}",
    "\u{d68c}\u{c0ac}",
    "agent-forwarding",
    "arn:aws:iam::",
    "asia-east",
    "asia-northeast",
    "asia-southeast",
    "borg serve",
    "cert-authority",
    "command=\"",
    "command=\"echo 'Please login as the user \\\"",
    "do not edit",
    "ec2-user@",
    "environment=\"",
    "europe-north",
    "europe-west",
    "expiry-time=\"",
    "ed25519",
    "from OpenSSH\"",
    "from=\"",
    "git@github.com",
    "gitea --config=/etc/gitea/app.ini serv key-",
    "gitlab-runner@runner-",
    "google-ssh {\"userName\":\"",
    "https://",
    "id_ecdsa",
    "id_ed25519",
    "managed by ",
    "my-project-",
    "no-X11-forwarding",
    "no-agent-forwarding",
    "no-agent-forwarding,no-port-forwarding,no-pty,no-user-rc,no-X11-forwarding",
    "no-port-forwarding",
    "no-port-forwarding,no-X11-forwarding,no-agent-forwarding,no-pty",
    "no-port-forwarding,no-X11-forwarding,no-agent-forwarding,no-user-rc,restrict",
    "no-port-forwarding,no-agent-forwarding,no-X11-forwarding",
    "no-pty",
    "no-touch-required",
    "no-user-rc",
    "no-x11-forwarding",
    "permitlisten=\"",
    "permitopen=\"",
    "port-forwarding",
    "port\u{e1}til",
    "principals=\"",
    "projects/",
    "read-only",
    "read/write",
    "restrict,command=\"",
    "ssh://git@github.com/",
    "svnserve -t --tunnel-user=",
    "tunnel=\"",
    "us-central",
    "us-east",
    "us-west",
    "user-rc",
    "verify-required",
    "x11-forwarding",
];

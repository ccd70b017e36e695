# what targets/tcl.sh fills tclsh with
set state [lindex $argv 0]
proc ready {} { puts ready; flush stdout }
proc idle {} { fileevent stdin readable {gets stdin line}; ready; vwait forever }
proc rnd {n} { set ::seed [expr {($::seed * 1103515245 + 12345) & 0x7fffffff}]; expr {($::seed >> 8) % $n} }
set seed 20240613
set words {alder birch cedar dogwood elm fir ginkgo hazel ironwood juniper katsura larch maple nutmeg oak pine quince rowan spruce tupelo
    ulmus viburnum willow yew zelkova amber basalt chalk dolomite feldspar gneiss halite jasper kaolin limestone marble obsidian pumice}
proc word {} { lindex $::words [rnd [llength $::words]] }
proc phrase {n} { set r {}; for {set i 0} {$i < $n} {incr i} { append r [word] [rnd 100] " " }; string trim $r }

# ---- records: a JSON-like text is written, parsed into dicts, and indexed
proc json_text {n} {
    set out "\["
    for {set i 0} {$i < $n} {incr i} {
        if {$i} { append out "," }
        append out "{\"id\":[expr {$i * 7}],\"name\":\"[phrase 2]\",\"price\":[rnd 1000].[rnd 100],\"tags\":\["
        for {set t [expr {1 + [rnd 4]}]} {$t > 0} {incr t -1} { append out "\"[word]\"" [expr {$t > 1 ? "," : ""}] }
        append out "\],\"stock\":{\"[word]\":[rnd 500],\"x[rnd 50]\":[rnd 500]},\"active\":[expr {[rnd 2] ? "true" : "false"}]}"
    }
    append out "\]"
}
namespace eval json {
    variable text {} pos 0 tokens 0
    namespace export parse
    proc parse {t} { variable text $t pos 0 tokens {}
        set tokens [regexp -all -inline {"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?|true|false|null|[][{}:,]} $t]
        set r [value]; set tokens {}; set text {}; return $r
    }
    proc next {} { variable tokens; variable pos; set r [lindex $tokens $pos]; incr pos; return $r }
    proc peek {} { variable tokens; variable pos; lindex $tokens $pos }
    proc value {} {
        set t [next]
        switch -glob -- $t {
            "\{" { return [object] }
            "\\[" { return [elements] }
            "\"*" { return [string range $t 1 end-1] }
            default { if {[string is double -strict $t]} { return [expr {$t + 0}] } else { return $t } }
        }
    }
    proc object {} {
        set d [dict create]
        while {[peek] ne "\}"} { set k [string range [next] 1 end-1]; next; dict set d $k [value]; if {[peek] eq ","} next }
        next; return $d
    }
    proc elements {} {
        set l {}
        while {[peek] ne "\]"} { lappend l [value]; if {[peek] eq ","} next }
        next; return $l
    }
}
namespace eval store {
    variable byname; array set byname {}
    variable bytag [dict create] all {} counts
    proc load {records} {
        variable all; variable byname; variable bytag; variable counts
        foreach r $records {
            lappend all $r
            set byname([dict get $r name]) $r
            foreach t [dict get $r tags] { dict lappend bytag $t [dict get $r id]; incr counts($t) }
            dict for {place n} [dict get $r stock] { incr counts($place,total) $n; lappend ::places($place) [list [dict get $r id] $n] }
        }
    }
    proc search {pattern} { variable byname; set r {}; foreach n [array names byname -regexp $pattern] { lappend r $byname($n) }; return $r }
    proc summary {} {
        variable all; set s [dict create]
        foreach r $all { dict with r { dict update s [string index $name 0] e { lappend e [format "%-20s %8.2f" $name $price] } } }
        return $s
    }
}
# ---- a generated program: namespaces of procedures of varied bodies, all of them called, so compiled
proc program {n {calls 1}} {
    for {set j 0} {$j < $n} {incr j} {
        set m [incr ::modules]
        set ns ::app::[word]$m
        namespace eval $ns {
            variable settings; array set settings {debug 0 level 3 path {/usr/lib /opt/lib} retries 5}
            variable cache [dict create] log {}
            namespace export {[a-z]*}
        }
        set k 0
        foreach {args body} {
            {a {b 2} args} { variable settings; set s 0; foreach x $args y {1 2 3 4} { if {$x ne ""} { incr s [expr {$x * $a + $b}] } }; incr settings(level); return $s }
            {text} { variable cache; if {![dict exists $cache $text]} { dict set cache $text [string toupper [string reverse $text]] }; return [dict get $cache $text] }
            {n} { set r {}; for {set i 0} {$i < $n} {incr i} { switch -- [expr {$i % 5}] { 0 { lappend r zero$i } 1 { lappend r [list one $i] } 2 - 3 { lappend r [expr {$i * 1.5}] } default { lappend r $i } } }; return $r }
            {key value} { variable log; try { if {$value < 0} { error "negative $key" } ; lappend log [format {%s=%d} $key $value] } on error {msg opts} { lappend log $msg } finally { set log [lrange $log end-10 end] }; return [llength $log] }
            {x y} { set d [dict create x $x y $y]; dict update d x px y py { set px [expr {sqrt($px * $px + $py * $py)}]; set py [expr {atan2($py, $px)}] }; return $d }
            {str} { set n 0; while {[regexp {^\s*(\w+)(.*)$} $str -> w str]} { incr n [string length $w]; if {$n > 200} break }; catch { unset nosuch }; return $n }
            {level} { upvar 1 caller c; set c $level; if {$level > 0} { return [uplevel 1 [list set caller $level]] }; lmap v {1 2 3} { expr {$v ** 2 + $level} } }
        } {
            regsub -all {zero|one} $body "&_$m" body
            set p [lindex {sum shout series note polar count rank} $k]; incr k
            proc ${ns}::$p $args $body
        }
        if {$calls} { namespace eval $ns {
            sum 3 4 5 6; shout "[namespace tail [namespace current]] one"; shout two; series 12; note a 1; note b -1; polar 3.0 4.0; count "the quick brown fox"; rank 2
        } }
        namespace eval ::app [list namespace ensemble create -command ${ns}::do -map [list add ${ns}::sum say ${ns}::shout list ${ns}::series]]
        if {$calls} { ${ns}::do add 1 2 3; ${ns}::do say hello; ${ns}::do list 3 }
        namespace eval ::importer$m [list namespace import ${ns}::s*]
        set ::commands($ns) [info commands ${ns}::*]
    }
}
proc patterns {n} {
    for {set i 0} {$i < $n} {incr i} {
        set w [word]
        set re [lindex {{^(%s)\s+(\d+)-(\w*)$} {%s|[a-f]+[0-9]{2,4}} {(?i)\y%s\y.*?end} {([[:alpha:]]+)%s\1} {(?:%s,?)+[^;]*;} {^[^%s]{3,}(?=x)}} [expr {$i % 6}]]
        set ::pattern($i) [format $re $w$i]
        regexp $::pattern($i) "[phrase 3] $w$i 22-ab" ::match($i)
        lappend ::subst [regsub -all $::pattern($i) "$w$i 11-zz" {<\1>}]
    }
}
oo::class create Item {
    variable name qty history
    constructor {n q} { set name $n; set qty $q; set history {} }
    method take {n} { lappend history [list take $n $qty]; incr qty -$n; return $qty }
    method name {} { return $name }
    method describe {} { return "[my name]: $qty" }
    destructor { set history {} }
}
oo::class create Perishable { superclass Item; variable until
    constructor {n q u} { next $n $q; set until $u }
    method describe {} { return "[next] until [clock format $until -format %Y-%m-%d -gmt 1]" }
}
proc items {n} {
    for {set i 0} {$i < $n} {incr i} {
        set o [expr {$i % 3 ? [Item new [phrase 1] [rnd 100]] : [Perishable new [phrase 2] [rnd 100] [expr {1700000000 + $i * 86400}]]}]
        $o take 3; lappend ::items $o; lappend ::described [$o describe]
    }
}
proc config {n} {
    for {set i 0} {$i < $n} {incr i} { lappend lines "section.[word].[word][rnd 40].option$i = [phrase 3]   # [word]" }
    foreach line $lines {
        if {![regexp {^([\w.]+)\s*=\s*(.*?)\s*(?:#.*)?$} $line -> key value]} continue
        dict set ::config {*}[split $key .] [split $value]
    }
}
# ---- values
proc values {n} {
    for {set i 0} {$i < $n} {incr i} {
        set row {}; for {set j 0} {$j < $n} {incr j} { lappend row [expr {$i * $n + $j}] }
        lappend ::matrix $row
        lappend ::floats [lmap x $row { expr {$x / 3.0} }]
    }
    for {set i 0} {$i < $n * 2} {incr i} {
        lappend ::bignums [expr {(1234567891 + $i) ** (3 + $i % 40)}]
        lappend ::bytes [binary format a8Isc* [word] $i [rnd 100] [list 1 2 $i]]
        set s "\u03b1\u03b2[word]\u2192[word]\u4e2d\u6587$i"; string length $s; lappend ::wide [string range $s 1 end-1]; lappend ::wides $s; string index $s 2
        set ::table([word],$i) [list $i [rnd 10] [word]]
        lappend ::strings [string repeat [word] [expr {1 + [rnd 9]}]]
        set ::sparse([rnd 1000],[rnd 1000]) [rnd 100]
    }
}
proc tree {depth} { if {$depth == 0} { return [list leaf [rnd 1000]] }; list node [word] [tree [expr {$depth - 1}]] [tree [expr {$depth - 1}]] }
proc trie {n} { set t {}; for {set i 0} {$i < $n} {incr i} { dict set t {*}[split [word][rnd 30] ""] end $i }; return $t }
proc compare {a b} { if {[incr ::compared] == 3000} { waiting }; string compare [lindex $a 1] [lindex $b 1] }
proc waiting {} { ready; gets stdin }
proc deep {n list d} {
    if {$n == 0} { waiting; return 0 }
    set local($n) [list $n [word]]; dict set d k$n $local($n); upvar 1 list outer
    foreach x [list $n a b] { if {$x eq "a"} { return [expr {[deep [expr {$n - 1}] [linsert $list 0 $n] $d] + 1}] } }
}
# ---- what is under way
proc generator {id n} { yield [info coroutine]; set seen {}; foreach i [lsort -integer -decreasing {3 9 4 7}] { for {set j 0} {$j < $n} {incr j} { lappend seen [yield [list $id $i $j]] } }; return $seen }
proc walker {tree} { if {[lindex $tree 0] eq "leaf"} { yield [lindex $tree 1] } else { walker [lindex $tree 2]; walker [lindex $tree 3] } }
proc coroutines {n} {
    for {set i 0} {$i < $n} {incr i} {
        if {$i % 2} { coroutine gen$i generator $i 5; gen$i; gen$i x; gen$i y } else { coroutine walk$i apply {{t} { yield; walker $t; return done }} [tree 3]; walk$i; walk$i }
    }
}
proc children {n} {
    for {set i 0} {$i < $n} {incr i} {
        set c [interp create {*}[expr {$i % 3 ? "" : "-safe"}] child$i]
        interp alias $c log {} ::logged $i prefix; interp alias {} ask$i $c answer [word]
        $c eval { proc answer {args} { variable n; incr n; return [list $n {*}$args] }; proc fact n { expr {$n < 2 ? 1 : $n * [fact [incr n -1]]} }; namespace eval data { variable x; for {set i 0} {$i < 60} {incr i} { set x(key$i) [list $i [expr {$i * 2.5}]] } }; set f [fact 30] }
        ask$i 1 2; $c eval { log hello }
        interp limit $c command -value 1000000
    }
}
proc logged {args} { lappend ::log $args }
proc watchers {n} {
    for {set i 0} {$i < $n} {incr i} {
        set ::watched($i) $i; trace add variable ::watched($i) {write unset} [list logged watched $i]
        proc ::traced$i {} [list return $i]; trace add execution ::traced$i leave [list logged left]; trace add command ::traced$i {rename delete} [list logged cmd]; ::traced$i
        after [expr {3600000 + $i}] [list logged timer $i [word]]
        incr ::watched($i)
        set f [list {a {b 3}} "expr {\$a * \$b + $i}"]; lappend ::lambdas $f; lappend ::applied [apply $f $i]
    }
    for {set i 0} {$i < $n / 4} {incr i} {
        namespace eval ens$i { namespace export *; proc first x { return $x }; proc second {x y} { list $x $y }; namespace ensemble create; namespace eval inner { proc deep {} { namespace current } }; namespace path [list ::app ::tcl::mathfunc] }
        ens$i first 1; ens$i second 1 2
    }
}
# ---- objects and channels
proc classes {n} {
    oo::class create Base { variable id props; constructor {i} { set id $i; array set props [list a $i b [list $i $i]] }; method get k { return $props($k) }; method id {} { return $id }; method run {args} { my step {*}$args }; method step {args} { return [llength $args] }; unexport step }
    oo::class create Logging { method run {args} { lappend ::log [self]; next {*}$args }; filter watch; method watch {args} { incr ::watchcount; next {*}$args } }
    oo::class create Comparable { method < other { expr {[my id] < [$other id]} } }
    set prev Base
    for {set i 0} {$i < $n} {incr i} {
        oo::class create Kind$i "superclass [expr {$i % 7 ? $prev : {Base}}]; variable extra$i
            method step {args} { set extra$i \[list {*}\$args $i\]; next {*}\$args x }
            method only$i {a {b 1}} { return \[expr {\$a + \$b + $i}\] }
            forward join$i join \{a b $i\}; self method make args { my new {*}\$args }"
        if {$i % 5 == 0} { oo::define Kind$i mixin Logging }
        if {$i % 7 == 3} { oo::define Kind$i mixin -append Comparable }
        set prev Kind$i
        for {set j 0} {$j < 12} {incr j} {
            set o [Kind$i make $j]; lappend ::objects $o; $o run 1 2; $o only$i 4; $o join$i; $o get b
            if {$j == 2} { oo::objdefine $o { method special {} { return s }; variable own; mixin Comparable }; $o special }
            if {$j == 3} { oo::copy $o }
        }
    }
}
namespace eval mem { # a reflected channel and a transformation
    namespace ensemble create -subcommands {initialize finalize watch read write seek configure cget cgetall blocking clear drain flush limit?}
    namespace export *
    variable data
    proc initialize {id mode} { variable data; set data($id) [string repeat "line of $id\n" 40]; return {initialize finalize watch read write} }
    proc finalize id { variable data; unset -nocomplain data($id) }
    proc watch {id ev} {}
    proc read {id n} { variable data; set r [string range $data($id) 0 [expr {$n - 1}]]; set data($id) [string range $data($id) $n end]; return $r }
    proc write {id d} { variable data; append data($id) $d; string length $d }
}
namespace eval rot { namespace ensemble create; namespace export *
    proc initialize {id mode} { return {initialize finalize read write} }
    proc finalize id {}
    proc read {id d} { string map {a n b o n a o b} $d }
    proc write {id d} { string map {a n b o n a o b} $d }
}
proc accepted {ch host port} { lappend ::served $ch; fconfigure $ch -blocking 0 -buffering line; fileevent $ch readable [list served $ch]; puts $ch "welcome $port" }
proc served ch { if {[gets $ch line] >= 0} { puts $ch "you said $line"; lappend ::log $line } }
proc channels {n} {
    file mkdir files
    set encs {utf-8 iso8859-1 iso8859-15 cp1252 koi8-r shiftjis euc-jp gb2312 big5 cp437 macRoman unicode ascii}
    for {set i 0} {$i < $n} {incr i} {
        set f [open files/f$i w+]; fconfigure $f -encoding [lindex $encs [expr {$i % [llength $encs]}]] -translation [lindex {lf crlf cr auto} [expr {$i % 4}]]
        for {set j 0} {$j < 60} {incr j} { puts $f "$i $j [phrase 4]" }
        flush $f; seek $f 0; gets $f ::firstline($i); gets $f; lappend ::open $f
        if {$i % 4 == 1} { lappend ::open [set m [chan create {read write} mem]]; gets $m ::memline($i) }
        if {$i % 8 == 2} { set f2 [open files/f$i.r w]; chan push $f2 rot; puts $f2 "banana bread"; lappend ::open $f2 }
        if {$i % 32 == 3} { set z [open files/f$i.gz w]; zlib push gzip $z -level 6; puts $z [phrase 30]; lappend ::open $z }
        if {$i % 32 == 4} { lappend ::streams [set s [zlib stream compress]]; $s put [phrase 20] }
        if {$i % 32 == 12} { lappend ::streams [set s [zlib stream decompress]]; $s put [string range [zlib compress [phrase 900]] 0 2000]; $s get 30 }
        if {$i % 8 == 5} { lappend ::pipes [set p [open "|cat" r+]]; fconfigure $p -buffering line -blocking 0; puts $p hello; fileevent $p readable [list gets $p ::piped($i)] }
        if {$i % 8 == 6} { foreach {r w} [chan pipe] break; fconfigure $w -buffering full; puts $w "unflushed $i"; fileevent $r readable [list gets $r ::p($i)]; lappend ::open $r $w }
    }
    set srv [socket -server accepted -myaddr 127.0.0.1 0]; set port [lindex [fconfigure $srv -sockname] 2]
    for {set i 0} {$i < $n / 4} {incr i} { set c [socket 127.0.0.1 $port]; fconfigure $c -blocking 0 -buffering line; fileevent $c readable [list gets $c ::got($i)]; puts $c "hello from $i"; lappend ::clients $c }
    after 700 {set ::go 1}; vwait ::go
    foreach c [lrange $::clients 0 end] { puts $c again }
    after 300 {set ::go 1}; vwait ::go
}
proc application {n} {
    package require http; package require msgcat; package require opt; package require platform; package require tcltest
    foreach l {de fr ja} { foreach w $::words { ::msgcat::mcset $l $w "$l:$w" } }
    lappend ::stamp [clock format 1700000000 -format {%A %d %B %Y %H:%M:%S} -timezone :UTC -locale de] [clock scan 2024-02-29 -format %Y-%m-%d -timezone :UTC]
    lappend ::stamp [::http::formatQuery name "a b" value \u20ac] [::msgcat::mc maple]
    store::load [json::parse [json_text $n]]
    set ::found [store::search {^(maple|oak)}]; set ::summary [store::summary]
    config [expr {$n / 2}]; program [expr {$n / 20}]; patterns 25; items [expr {$n / 5}]
}
switch $state {
    1 { application 900; idle }
    2 { values 110; set trees [tree 10]; set trie [trie 900]
        set sorted [lsort -real [concat {*}[lrange $floats 0 9]]]; set transposed [lmap i {0 1 2 3 4} { lmap r $matrix { lindex $r $i } }]; set joined [join [lrange $matrix 0 20] ";"]
        set pairs {}; for {set i 0} {$i < 2500} {incr i} { lappend pairs [list $i [phrase 1] [rnd 99]] }
        set groups [dict create]; foreach p $pairs { dict lappend groups [lindex $p 2] $p; dict incr counts [lindex $p 1] }
        proc sorting {pairs} { lsort -command compare $pairs }
        sorting $pairs }
    3 { application 700; values 70; watchers 60; children 6; set trees [tree 9]; classes 15; coroutines 40
        foreach ns [lrange [namespace children ::app] 0 end-5] { namespace delete $ns }
        foreach i [lrange $items 20 end] { if {[rnd 6]} { $i destroy } }; foreach n [array names store::byname] { if {[rnd 5]} { unset store::byname($n) } }
        set store::all [lreplace $store::all 10 end-40]; unset summary found matrix; array unset table *e*; array unset sparse {[1-7]*}; set bignums [lrange $bignums 5 25]
        foreach k [dict keys $config] { foreach k2 [lrange [dict keys [dict get $config $k]] 5 end] { dict unset config $k $k2 } }
        set trees [lindex $trees 3 2]; for {set i 0} {$i < 4} {incr i} { interp delete child$i }; foreach a [lrange [after info] 9 end] { after cancel $a }
        for {set i 0} {$i < 40} {incr i} { if {$i % 4} { rename [expr {$i % 2 ? "gen$i" : "walk$i"}] {} } }; Kind3 destroy
        for {set i 0} {$i < 50} {incr i} { rename traced$i {}; unset watched($i); catch { namespace delete ens$i } }
        foreach v {wide wides strings} { set $v [lsearch -all -inline -glob [set $v] *o*] }
        program 5; patterns 40; config 100; items 40; store::load [json::parse [json_text 120]]; set again [trie 150]
        idle }
    4 { program 25; children 25; coroutines 300; watchers 300; config 150; deep 120 {} {} }
    5 { classes 60; channels 160; patterns 60; items 150; idle }
}

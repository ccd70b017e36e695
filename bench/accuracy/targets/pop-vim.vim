" fills vim for one of the states that vim.sh lists, then says so in the file "pid"
let s:src = $VIM .. '/src/'
let s:doc = $VIMRUNTIME .. '/doc/'
let s:state = $TRUTH_STATE == '' ? '1' : $TRUTH_STATE

func Ready(...)
  call writefile(split(execute('messages'), "\n"), 'messages')
  call writefile([getpid()], 'pid.new')
  call rename('pid.new', 'pid')
endfunc

func Values(n)
  let g:people = map(range(a:n), {i -> {'id': i, 'name': 'user' .. i, 'score': i / 7.0, 'tags': map(range(i % 6), {j -> 'tag' .. (i * j % 97)}),
        \ 'address': {'street': i .. ' long street', 'zip': printf('%05d', i * 37 % 99999)}, 'ok': i % 2 ? v:true : v:false}})
  let g:index = {}
  for p in g:people
    let g:index[p.name] = p
    for t in p.tags
      let g:index[t] = add(get(g:index, t, []), p.id)
    endfor
  endfor
  let g:matrix = map(range(a:n / 20), {i -> map(range(30), {j -> i * j})})
  let g:blobs = map(range(a:n / 10), {i -> list2blob(map(range(i % 200), {j -> (i + j) % 256}))})
  let g:words = split(join(readfile(s:doc .. 'todo.txt', '', a:n)), '\s\+')
  let g:json = json_decode(json_encode(g:people[: a:n / 8]))
  let g:lines = map(range(a:n / 4), {i -> repeat('line ' .. i .. ' ', i % 9 + 1)})
endfunc

func Add(x, y, ...) dict
  return a:x + a:y + get(self, 'bias', 0)
endfunc
func Counter(start)
  let n = a:start
  let step = {'by': 1}
  func! s:closure() closure
    let n += step.by
    return n
  endfunc
  return [funcref('s:closure'), {-> n + step.by}, {x -> x * n}]
endfunc
func Functions(n)
  for i in range(a:n)
    exe join(['func! G_' .. i .. '(first, second = ' .. i .. ', ...)', '  " comment ' .. i, '  let sum = a:first + a:second'] +
          \ map(range(i % 12), {j -> '  let sum += ' .. j}) + ['  return sum', 'endfunc'], "\n")
  endfor
  let g:partials = map(range(a:n), {i -> function('Add', [i], {'bias': i, 'names': ['p' .. i]})})
  let g:funcs = map(range(a:n), {i -> function('G_' .. i)})
  let g:counters = map(range(a:n), {i -> Counter(i)})
  let g:called = map(copy(g:counters), {_, c -> [c[0](), c[1](), c[2](3)]})
  let g:objects = map(range(a:n), {i -> {'val': i, 'Get': {-> i}, 'Add': function('Add')}})
  for o in g:objects
    let o.self = o
    let o.ring = g:objects
  endfor
  let @q = 'a register ' .. a:n
  for r in range(char2nr('a'), char2nr('m'))
    call setreg(nr2char(r), map(range(a:n % 40 + r % 7), {i -> 'register line ' .. i}), 'l')
  endfor
endfunc

func Edit()
  for f in ['regexp_nfa.c', 'eval.c', 'structs.h', 'testdir/test_vim9_expr.vim']
    exe 'edit ' .. s:src .. f
    setl noswapfile
    silent %s/\<if\>/IF/e
    silent g/return/normal! Aadded
    silent g/^$/d
    silent 100,400s/\w\+$/<&>/e
    silent normal! ggVG=
    call cursor(200, 1)
    for i in range(150)
      exe 'normal! ' .. (i % 3 == 0 ? 'ddp' : i % 3 == 1 ? 'ciwchanged' .. i .. "\<Esc>j" : 'yyPj')
      let &ul = &ul                                     " each change to be undone by itself
    endfor
    undo | undo | undo
    exe "normal! ione more branch\<Esc>"
    normal! mAmBma
  endfor
endfunc
func Windows()
  only
  exe 'edit ' .. s:src .. 'regexp_nfa.c'
  setl foldmethod=syntax foldlevel=1
  exe 'split ' .. s:src .. 'eval.c'
  setl foldmethod=indent foldnestmax=4
  exe 'vsplit ' .. s:doc .. 'builtin.txt'
  exe 'tabedit ' .. s:src .. 'testdir/test_vim9_expr.vim'
  exe 'vsplit ' .. s:src .. 'structs.h'
  setl foldmethod=marker number relativenumber list cursorline colorcolumn=80
  exe 'split ' .. $VIM .. '/tools/demoserver.py'
  exe 'tabedit ' .. $VIMRUNTIME .. '/syntax/html.vim'
  setl foldmethod=manual
  for i in range(1, 200, 5)
    exe i .. ',' .. (i + 3) .. 'fold'
  endfor
  call matchadd('Search', 'contained', 5)
  call matchaddpos('Error', map(range(1, 8), {i -> [i, 3, 4]}))
  for f in glob(s:src .. 'v*.c', 0, 1)
    exe 'badd ' .. f
  endfor
  exe 'args ' .. s:src .. '*.h'
  for t in range(1, tabpagenr('$'))
    exe 'tabnext ' .. t
    for w in range(1, winnr('$'))
      exe w .. 'wincmd w'
      for at in range(1, line('$'), 400)
        call cursor(at, 1)
        redraw
      endfor
    endfor
  endfor
endfunc

func Spell()
  enew
  setl spell spelllang=en
  call setline(1, ['A sentense with misstakes, spelld rong.', 'The quik brown fox jumpt over.'])
  call spellsuggest('misstake')
  let g:suggested = map(['sentense', 'rong', 'quik', 'jumpt'], {_, w -> spellsuggest(w, 40)})
  redraw
endfunc
func Quickfix()
  exe 'silent vimgrep /\<alloc\w*(/j ' .. s:src .. '[a-e]*.c'
  let lines = map(range(3000), {i -> printf('dir%d/file%d.c:%d:%d: error: message number %d', i % 20, i % 70, i, i % 80, i)})
  call setqflist([], ' ', {'title': 'made', 'lines': lines, 'efm': '%f:%l:%c: %m', 'context': {'a': [1, 2]}})
  call setloclist(0, map(range(800), {i -> {'bufnr': 1, 'lnum': i + 1, 'text': 'entry ' .. i, 'type': 'W', 'vcol': 1}}))
  exe 'silent lvimgrepadd /static/j ' .. s:src .. '[v-z]*.c'
  copen
endfunc
func Tags()
  call system('cp -r ' .. s:doc .. ' doc')
  silent helptags doc
  exe 'set tags=' .. getcwd() .. '/doc/tags'
  let g:tags = taglist('^quick') + taglist('list')
  for t in ['quickfix', 'regexp', 'usr_41.txt', 'spell', 'vim9']
    exe 'silent tag ' .. t
  endfor
  redraw
endfunc
func Diffs()
  tabnew
  call setline(1, readfile(s:src .. 'list.c'))
  diffthis
  vnew
  call setline(1, readfile(s:src .. 'list.c'))
  silent g/if/s/=/==/e
  silent 300,350d
  diffthis
  redraw
endfunc
func Patterns()
  let g:pats = ['\v(foo|bar)+\d{2,5}', '\%#=1\(a\|b\)*c\@<=d', '\v<(\w+)\s+\1>', '[[:alpha:]_]\+\%(x\|y\)\{-1,}', '\v^(.{-})\zs\w+\ze(.*)$']
  for i in range(len(g:pats))
    call matchadd('Search', g:pats[i])
    exe 'autocmd User Pat' .. i .. ' echo ' .. i
  endfor
  tabnew
  syntax on
  exe 'setf html'
  call setline(1, readfile(s:doc .. 'syntax.txt', '', 2000))
  redraw
endfunc
let s:hits = 0
func Hit(...)
  let s:hits += 1
  if s:hits == 700
    call Ready()
    sleep 100000
  endif
  return toupper(submatch(0)) .. "\n" .. submatch(1)
endfunc
func Stopped()
  exe 'edit ' .. s:src .. 'ops.c'
  call sort(range(10), {a, b -> len(map([1, 2, 3], {_, v -> execute('%s/\v(\w+)_(\w+)/\=Hit(v)/g')}))})
endfunc

func Populate(...)
  try
    if s:state == 1
      syntax on
      filetype plugin indent on
      set hidden undolevels=3000 foldcolumn=2 hlsearch
      call Edit()
      call Windows()
    elseif s:state == 2
      call Values(5000)
      call Functions(500)
    elseif s:state == 3
      set hidden
      call Values(4000)
      call Functions(400)
      call Edit()
      unlet g:people g:words g:partials g:called g:matrix
      call filter(g:index, {k, v -> k =~ '3$'})
      call remove(g:json, 10, 300)
      call filter(g:blobs, {i -> i % 3 == 0})
      call map(g:lines, {i, v -> i % 2 ? v : ''})
      for i in range(0, 399, 3)
        exe 'delfunc G_' .. i
      endfor
      unlet g:funcs g:objects g:counters
      let v:testing = 1
      call test_garbagecollect_now()
      exe 'bwipe! ' .. s:src .. 'eval.c'
      exe 'bdelete! ' .. s:src .. 'structs.h'
      exe 'buffer! ' .. s:src .. 'regexp_nfa.c'
      silent 500,$d
      set ul=-1 | exe "normal! ax\<Esc>" | set ul&
    elseif s:state == 4
      source $POP/pop-vim9.vim
    elseif s:state == 5
      set hidden
      call Spell()
      call Tags()
      call Patterns()
      call Diffs()
      call Quickfix()
      call Stopped()
    endif
  catch
    echomsg v:exception .. ' at ' .. v:throwpoint
  endtry
  call Ready()
endfunc

if s:state == 2 || s:state == 3
  call Populate()
  sleep 100000
else
  call timer_start(100, 'Populate')
endif

vim9script
# state 4 of vim.sh: what only compiled script and the screen can make

class Point
  this.x: number
  this.y: number = 2
  static made: number = 0
  def new(this.x, this.y)
  enddef
  def Length(): float
    return sqrt(this.x * this.x + this.y * this.y)
  enddef
endclass
interface Measured
  this.name: string
  def Perimeter(): float
endinterface
class Shape implements Measured
  this.name: string
  this.points: list<Point>
  this.props: dict<any>
  def new(this.name)
    this.props = {kind: 'shape', size: len(this.name)}
  enddef
  def Add(p: Point)
    add(this.points, p)
  enddef
  def Perimeter(): float
    var sum = 0.0
    for p in this.points
      sum += p.Length()
    endfor
    return sum
  enddef
endclass

g:shapes = []
def Shapes(n: number): void
  for i in range(n)
    var s = Shape.new('shape' .. i)
    for j in range(i % 9)
      s.Add(Point.new(i, j))
    endfor
    add(g:shapes, s)
  endfor
enddef

var words: list<string> = []
var table: dict<list<number>> = {}
const fixed = {one: [1, 2, 3], two: {deep: ['x', 'y']}}
def Fib(n: number): number
  return n < 2 ? n : Fib(n - 1) + Fib(n - 2)
enddef
def Collect(n: number): dict<list<number>>
  var result: dict<list<number>> = {}
  for [i, w] in items(range(n))
    var key = $'key{i % 50}'
    if !has_key(result, key)
      result[key] = []
    endif
    result[key]->add(i)
    try
      if i % 100 == 99
        throw 'hundred'
      endif
    catch /hundred/
      result['hundred'] = [i]
    finally
      words->add(key .. w)
    endtry
  endfor
  return result
enddef
def Closures(n: number): list<func(number): number>
  var out: list<func(number): number> = []
  for i in range(n)
    var step = i * 2
    out->add((x: number): number => x + step)
  endfor
  return out
enddef
for i in range(150)
  execute join(['def g:V9_' .. i .. '(a: number, b: string = "b", ...rest: list<number>): string',
    '  var sum = a * ' .. i, '  for v in rest', '    sum += v', '  endfor']
    + range(i % 15)->map((_, j) => '  if sum > ' .. j .. ' && b != "x' .. j .. '" || a == ' .. j .. "\n    sum -= " .. j .. "\n  endif")
    + ['  return b .. sum', 'enddef'], "\n")
endfor
defcompile

def Commands()
  for i in range(200)
    execute 'nnoremap <silent> <Leader>k' .. i .. ' :echo "mapped ' .. i .. '"<CR>'
    execute 'inoremap <expr> <C-X>k' .. i .. ' "text' .. i .. '"'
    execute 'iabbrev abbr' .. i .. ' the abbreviation number ' .. i
    execute 'nnoremap <buffer> <Leader>b' .. i .. ' j'
    execute 'command! -nargs=* -bang Cmd' .. i .. ' echo <q-args> ' .. i
    execute 'highlight Group' .. i .. ' ctermfg=' .. (i % 16) .. ' guifg=#1020' .. printf('%02x', i)
    execute 'amenu ' .. (i + 1) .. ' Top' .. (i % 7) .. '.Sub' .. (i % 20) .. '.Item' .. i .. ' :echo ' .. i .. '<CR>'
    execute 'sign define sign' .. i .. ' text=s' .. (i % 10) .. ' texthl=Group' .. i
    execute 'digraph q' .. nr2char(97 + i % 26) .. ' ' .. (1000 + i)
  endfor
  for g in range(30)
    execute 'augroup mine' .. g
    for e in ['BufRead', 'BufWritePre', 'CursorHold', 'FileType', 'User']
      execute 'autocmd ' .. e .. ' *.ext' .. g .. ',*/dir' .. g .. '/* echo "event ' .. e .. g .. '"'
    endfor
    augroup END
  endfor
enddef

def Decorate()
  execute 'edit ' .. $VIM .. '/src/list.c'
  for t in ['warn', 'note', 'hint']
    prop_type_add(t, {highlight: 'Search', priority: len(t)})
  endfor
  for l in range(1, 1500)
    prop_add(l, 1, {length: min([5, col([l, '$'])]), type: l % 2 == 0 ? 'warn' : 'note', id: l})
    if l % 3 == 0
      prop_add(l, 0, {type: 'hint', text: ' virtual text ' .. l, text_align: 'after'})
    endif
    if l % 2 == 0
      sign_place(0, 'grp' .. (l % 4), 'sign' .. (l % 200), '', {lnum: l, priority: l % 30})
    endif
  endfor
  g:popups = range(12)->map((_, i) => popup_create(range(i + 3)->map((_, j) => 'popup ' .. i .. ' line ' .. j),
    {line: i + 2, col: i * 9 + 1, border: [], title: ' popup ' .. i, padding: [0, 1, 0, 1], filter: (id, key) => false, callback: (id, res) => 0}))
  popup_menu(['first', 'second', 'third'], {callback: (id, res) => 0})
enddef

g:output = []
def Jobs()
  g:jobs = range(6)->map((_, i) => job_start(['sh', '-c', 'for i in 1 2 3 4 5; do echo "job ' .. i .. ' line $i"; done; exec sleep 100000'],
    {out_cb: (ch, msg) => add(g:output, msg), err_io: 'null', exit_cb: (j, status) => 0}))
  g:waiting = job_start(['sh', '-c', 'seq 300; exec sleep 100000'], {out_mode: 'raw', in_io: 'pipe'})
  g:timers = range(60)->map((_, i) => timer_start(10000000 + i, (id) => add(g:output, string(id)), {repeat: i % 3}))
  for i in range(3)
    execute 'topleft vertical terminal ++rows=12 sh -c "seq ' .. (i + 1) * 400 .. '; ls --color=always $VIM/src; exec sleep 100000"'
  endfor
enddef

table = Collect(4000)
Shapes(500)
g:closures = Closures(300)
g:called = range(150)->map((_, i) => call('g:V9_' .. i, [i, 's', 1, 2]))
g:fib = Fib(12)
Commands()
Decorate()
Jobs()
sleep 2
redraw

# Writes a grammar: N statements of a language with declarations, expressions in levels, types and actions.
import random, sys
n, ambiguous = int(sys.argv[1]), len(sys.argv) > 2; random.seed(n); r = random.randint
kw = ['KW_%d' % i for i in range(n)]
ops = ['OP_%d' % i for i in range(max(4, n // 6))]
print('%code { int yylex(void); void yyerror(const char *); }\n%union { int num; char *text; struct node *node; double real; }')
print('%define parse.error detailed\n%token <num> NUMBER "number"\n%token <text> NAME "name" STRING "string"')
for i, k in enumerate(kw): print('%%token%s %s "%s"' % (random.choice(('', ' <num>', ' <text>')), k, 'word%d' % i))
for i in range(0, len(ops), 3): print('%%%s %s' % (random.choice(('left', 'right', 'nonassoc', 'precedence')), ' '.join(ops[i:i + 3])))
print('%nterm <node> program stmts stmt expr list ' + ' '.join('stmt%d opt%d' % (i, i) for i in range(n)))
print('%printer { fprintf(yyo, "%d", $$); } <num>\n%destructor { free($$); } <text>\n%start program\n%%\nprogram: stmts { result = $1; };')
print("stmts: %empty { $$ = NULL; } | stmts stmt ';' { $$ = append($1, $2); } | stmts error ';' { yyerrok; $$ = $1; };")
print('stmt: ' + '\n  | '.join('stmt%d' % i for i in range(n)) + ';')
print('list: expr { $$ = one($1); } | list[l] \',\' expr[e] { $$ = append($l, $e); };')
print("expr: NUMBER { $$ = num($1); } | NAME { $$ = ref($1); } | STRING { $$ = str($1); } | '(' expr ')' { $$ = $2; } | NAME '(' list ')' { $$ = call($1, $3); }")
for o in ops: print('  | expr %s expr { $$ = binary(%s, $1, $3); }' % (o, o))
if ambiguous: print('  | expr expr { $$ = apply($1, $2); } | expr \'?\' expr | \'?\' expr')
print('  ;')
for i in range(n):
    alts = []
    for _ in range(r(1, 4)):
        parts = [kw[i]]
        for _ in range(r(1, 6)):
            parts.append(random.choice(('expr', 'NAME', "'(' list ')'", random.choice(kw), 'opt%d' % r(0, n - 1), "'{' stmts '}'", 'STRING', "'=' expr")))
            if r(0, 5) == 0: parts.append('{ mid(%d); }' % r(1, 99))
        alts.append(' '.join(parts) + ' { $$ = node(%d); }' % r(1, 999))
    print('stmt%d: %s;' % (i, '\n  | '.join(dict.fromkeys(alts))))
    print("opt%d: %%empty { $$ = NULL; } | '[' %s ']' { $$ = $2; };" % (i, random.choice(('expr', 'list'))))
print('%%\nint main(void) { return yyparse(); }')

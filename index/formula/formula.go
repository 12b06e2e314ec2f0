// Package formula is the small language in which a specification writes what
// has no name of its own: "0.7 * Projected", "if(Current >= 7, Current, 0)".
// Formulas are calculated for whole columns at once; a missing value makes the
// result missing unless the function says otherwise (see spec/index.md).
//
// Trust: a formula can only calculate. It has no loops, no memory, no files
// and a bounded length and depth, so one from a stranger is safe to run.
package formula

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits of a formula.
const (
	MaxLength = 4096 // bytes
	maxDepth  = 60   // nested brackets and operators
)

// A Formula is a parsed formula. It never changes, so many may use it at once.
type Formula struct {
	text string
	root *node
	name []string // the names it reads, in order of first use
}

type op int

const (
	opNumber op = iota
	opName
	opText
	opUnary
	opBinary
	opCall
)

type node struct {
	op   op
	num  float64
	text string // name, text, operator or function
	arg  []*node
}

// String returns the formula as it was written.
func (f *Formula) String() string { return f.text }

// Names returns the names the formula reads, in order of first use.
func (f *Formula) Names() []string { return f.name }

// Parse reads a formula.
func Parse(text string) (*Formula, error) {
	if len(text) > MaxLength {
		return nil, fmt.Errorf("a formula has at most %d characters", MaxLength)
	}
	if !utf8.ValidString(text) {
		return nil, errors.New("a formula is UTF-8 text")
	}
	p := &parser{rest: text, text: text}
	if err := p.next(); err != nil {
		return nil, err
	}
	root, err := p.expression(0, 0)
	if err != nil {
		return nil, err
	}
	if p.kind != tokEnd {
		return nil, p.wrong("something is missing before this")
	}
	f := &Formula{text: text, root: root}
	if err := f.check(root); err != nil {
		return nil, err
	}
	return f, nil
}

// check finds the names, and refuses calls with a wrong number of arguments
// and texts where numbers belong.
func (f *Formula) check(n *node) error {
	switch n.op {
	case opName:
		for _, have := range f.name {
			if have == n.text {
				return nil
			}
		}
		f.name = append(f.name, n.text)
	case opCall:
		fn, ok := functionOf(n.text)
		if !ok {
			return fmt.Errorf("there is no function %q; there is %s", n.text, strings.Join(functionNames(), ", "))
		}
		if len(n.arg) < fn.min || fn.max >= 0 && len(n.arg) > fn.max {
			return fmt.Errorf("%s is written %s", n.text, fn.form)
		}
	}
	for _, a := range n.arg {
		if a.op == opText && !(n.op == opBinary && (n.text == "==" || n.text == "!=")) {
			return fmt.Errorf("the text '%s' can only be compared, with == or !=", a.text)
		}
		if err := f.check(a); err != nil {
			return err
		}
	}
	if n == f.root && n.op == opText {
		return errors.New("a formula answers with a number, not with a text")
	}
	return nil
}

type token int

const (
	tokEnd token = iota
	tokNumber
	tokName
	tokText
	tokSymbol
)

type parser struct {
	text, rest string
	kind       token
	value      string
	num        float64
	at         int // byte offset of the token
}

func (p *parser) wrong(why string) error {
	what := "the end"
	if p.kind != tokEnd {
		what = strconv.Quote(p.value)
	}
	return fmt.Errorf("at character %d, at %s: %s", utf8.RuneCountInString(p.text[:p.at])+1, what, why)
}

func (p *parser) next() error {
	p.rest = strings.TrimLeftFunc(p.rest, unicode.IsSpace)
	p.at = len(p.text) - len(p.rest)
	if p.rest == "" {
		p.kind, p.value = tokEnd, ""
		return nil
	}
	r, size := utf8.DecodeRuneInString(p.rest)
	switch {
	case r >= '0' && r <= '9' || r == '.':
		return p.number()
	case r == '_' || unicode.IsLetter(r):
		n := strings.IndexFunc(p.rest, func(r rune) bool {
			return r != '_' && r != '.' && !unicode.IsLetter(r) && !unicode.IsDigit(r)
		})
		if n < 0 {
			n = len(p.rest)
		}
		p.take(tokName, n)
		return nil
	case r == '`' || r == '\'' || r == '"':
		end := strings.IndexRune(p.rest[size:], r)
		if end < 0 {
			p.kind, p.value = tokSymbol, string(r)
			return p.wrong("the closing mark is missing")
		}
		kind := tokText
		if r == '`' {
			kind = tokName
		}
		value := p.rest[size : size+end]
		p.take(kind, end+2*size)
		p.value = value
		return nil
	}
	for _, s := range []string{"<=", ">=", "==", "!="} {
		if strings.HasPrefix(p.rest, s) {
			p.take(tokSymbol, len(s))
			return nil
		}
	}
	p.take(tokSymbol, size)
	if !strings.ContainsAny(p.value, "+-*/^()<>,") {
		return p.wrong("this sign is not known; names with spaces or signs stand in `backquotes`")
	}
	return nil
}

func (p *parser) take(kind token, n int) {
	p.kind, p.value, p.rest = kind, p.rest[:n], p.rest[n:]
}

func (p *parser) number() error {
	n, digits := 0, func(r byte) bool { return r >= '0' && r <= '9' || r == '.' }
	for n < len(p.rest) && digits(p.rest[n]) {
		n++
	}
	if n < len(p.rest) && (p.rest[n] == 'e' || p.rest[n] == 'E') {
		m := n + 1
		if m < len(p.rest) && (p.rest[m] == '+' || p.rest[m] == '-') {
			m++
		}
		if m < len(p.rest) && p.rest[m] >= '0' && p.rest[m] <= '9' {
			for n = m; n < len(p.rest) && p.rest[n] >= '0' && p.rest[n] <= '9'; n++ {
			}
		}
	}
	p.take(tokNumber, n)
	v, err := strconv.ParseFloat(p.value, 64)
	if err != nil {
		return p.wrong("this is not a number")
	}
	p.num = v
	return nil
}

// binding says how tightly an operator binds; 0 means it is none.
func binding(symbol string) int {
	switch symbol {
	case "or":
		return 1
	case "and":
		return 2
	case "<", "<=", ">", ">=", "==", "!=":
		return 4
	case "+", "-":
		return 5
	case "*", "/":
		return 6
	case "^":
		return 8
	}
	return 0
}

const (
	bindNot   = 3
	bindMinus = 7
)

func (p *parser) expression(least, depth int) (*node, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("a formula is at most %d brackets and signs deep", maxDepth)
	}
	left, err := p.operand(depth)
	if err != nil {
		return nil, err
	}
	for {
		b := 0
		if p.kind == tokSymbol || p.kind == tokName {
			b = binding(p.value)
		}
		if b == 0 || b <= least {
			return left, nil
		}
		symbol := p.value
		if err := p.next(); err != nil {
			return nil, err
		}
		under := b
		if symbol == "^" {
			under-- // 2^3^2 is 2^(3^2)
		}
		right, err := p.expression(under, depth+1)
		if err != nil {
			return nil, err
		}
		if b == 4 && left.op == opBinary && binding(left.text) == 4 {
			return nil, p.wrong("two comparisons in a row; write a < b and b < c")
		}
		left = &node{op: opBinary, text: symbol, arg: []*node{left, right}}
	}
}

func (p *parser) operand(depth int) (*node, error) {
	switch {
	case p.kind == tokNumber:
		n := &node{op: opNumber, num: p.num}
		return n, p.next()
	case p.kind == tokText:
		n := &node{op: opText, text: p.value}
		return n, p.next()
	case p.kind == tokName && p.value == "not":
		return p.prefix("not", bindNot, depth)
	case p.kind == tokSymbol && p.value == "-":
		return p.prefix("-", bindMinus, depth)
	case p.kind == tokName && binding(p.value) == 0:
		name := p.value
		quoted := p.text[p.at] == '`'
		if err := p.next(); err != nil {
			return nil, err
		}
		if p.kind == tokSymbol && p.value == "(" && !quoted {
			return p.call(name, depth)
		}
		return &node{op: opName, text: name}, nil
	case p.kind == tokSymbol && p.value == "(":
		if err := p.next(); err != nil {
			return nil, err
		}
		inner, err := p.expression(0, depth+1)
		if err != nil {
			return nil, err
		}
		if p.kind != tokSymbol || p.value != ")" {
			return nil, p.wrong("a closing bracket is missing")
		}
		// A bracket keeps a comparison whole, so that (a < b) < c is not taken for a row.
		return &node{op: opUnary, text: "(", arg: []*node{inner}}, p.next()
	}
	return nil, p.wrong("a number, a name or a bracket belongs here")
}

func (p *parser) prefix(symbol string, bind, depth int) (*node, error) {
	if err := p.next(); err != nil {
		return nil, err
	}
	arg, err := p.expression(bind, depth+1)
	if err != nil {
		return nil, err
	}
	return &node{op: opUnary, text: symbol, arg: []*node{arg}}, nil
}

func (p *parser) call(name string, depth int) (*node, error) {
	n := &node{op: opCall, text: name}
	for {
		if err := p.next(); err != nil {
			return nil, err
		}
		if len(n.arg) == 0 && p.kind == tokSymbol && p.value == ")" {
			return n, p.next()
		}
		arg, err := p.expression(0, depth+1)
		if err != nil {
			return nil, err
		}
		n.arg = append(n.arg, arg)
		if p.kind == tokSymbol && p.value == ")" {
			return n, p.next()
		}
		if p.kind != tokSymbol || p.value != "," {
			return nil, p.wrong("a comma or a closing bracket belongs here")
		}
	}
}

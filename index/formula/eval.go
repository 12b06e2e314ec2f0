package formula

import (
	"fmt"
	"math"

	"landbridge.example/index/stat"
)

// Columns gives a formula what it reads. Number and Text return the column of
// a name, of length Rows, or nil if there is none of that sort.
type Columns struct {
	Rows   int
	Number func(name string) []float64
	Text   func(name string) []string
}

// Eval calculates the formula for every row. Functions over a column (average,
// highest and the like) see exactly these rows.
func (f *Formula) Eval(c Columns) ([]float64, error) {
	e := evaluator{c: c}
	out := e.eval(f.root)
	if e.err != nil {
		return nil, e.err
	}
	return out, nil
}

type evaluator struct {
	c   Columns
	err error
}

func (e *evaluator) fail(format string, args ...any) []float64 {
	if e.err == nil {
		e.err = fmt.Errorf(format, args...)
	}
	return make([]float64, e.c.Rows)
}

func (e *evaluator) eval(n *node) []float64 {
	switch n.op {
	case opNumber:
		return e.constant(n.num)
	case opName:
		if col := e.c.Number(n.text); col != nil {
			return col
		}
		if e.c.Text(n.text) != nil {
			return e.fail("%s holds texts; compare it with == or !=", n.text)
		}
		return e.fail("there is no column %s", n.text)
	case opUnary:
		return e.unary(n)
	case opBinary:
		if n.text == "==" || n.text == "!=" {
			if out := e.compareText(n); out != nil {
				return out
			}
		}
		a, b := e.eval(n.arg[0]), e.eval(n.arg[1])
		out := make([]float64, e.c.Rows)
		for i := range out {
			out[i] = binary(n.text, a[i], b[i])
		}
		return out
	}
	fn, _ := functionOf(n.text)
	args := make([][]float64, len(n.arg))
	for i, a := range n.arg {
		args[i] = e.eval(a)
	}
	if e.err != nil {
		return make([]float64, e.c.Rows)
	}
	if fn.column != nil {
		return e.constant(fn.column(args))
	}
	out, row := make([]float64, e.c.Rows), make([]float64, len(args))
	for i := range out {
		for j := range args {
			row[j] = args[j][i]
		}
		out[i] = fn.row(row)
	}
	return out
}

func (e *evaluator) constant(v float64) []float64 {
	out := make([]float64, e.c.Rows)
	for i := range out {
		out[i] = v
	}
	return out
}

func (e *evaluator) unary(n *node) []float64 {
	a := e.eval(n.arg[0])
	if n.text == "(" {
		return a
	}
	out := make([]float64, len(a))
	for i, v := range a {
		switch {
		case n.text == "-":
			out[i] = -v
		case v != v:
			out[i] = v
		default:
			out[i] = truth(v == 0)
		}
	}
	return out
}

// compareText compares two texts, or returns nil if neither side is one.
func (e *evaluator) compareText(n *node) []float64 {
	a, b := e.text(n.arg[0]), e.text(n.arg[1])
	if a == nil && b == nil {
		return nil
	}
	if a == nil || b == nil {
		return e.fail("a text can only be compared with a text")
	}
	out := make([]float64, e.c.Rows)
	for i := range out {
		out[i] = truth((a[i] == b[i]) == (n.text == "=="))
	}
	return out
}

func (e *evaluator) text(n *node) []string {
	switch {
	case n.op == opText:
		out := make([]string, e.c.Rows)
		for i := range out {
			out[i] = n.text
		}
		return out
	case n.op == opName && e.c.Number(n.text) == nil:
		return e.c.Text(n.text)
	}
	return nil
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func binary(symbol string, a, b float64) float64 {
	switch symbol {
	case "and": // nothing is missing where one side already decides
		if a == 0 || b == 0 {
			return 0
		}
	case "or":
		if a == a && a != 0 || b == b && b != 0 {
			return 1
		}
	}
	if a != a || b != b {
		return math.NaN()
	}
	switch symbol {
	case "+":
		return a + b
	case "-":
		return a - b
	case "*":
		return float64(a * b)
	case "/":
		return finite(a / b)
	case "^":
		return finite(math.Pow(a, b))
	case "<":
		return truth(a < b)
	case "<=":
		return truth(a <= b)
	case ">":
		return truth(a > b)
	case ">=":
		return truth(a >= b)
	case "==":
		return truth(a == b)
	case "!=":
		return truth(a != b)
	case "and":
		return 1
	}
	return 0 // or, with both sides 0
}

// finite makes what has no value missing: a division by zero, the logarithm of
// a number below zero.
func finite(v float64) float64 {
	if math.IsInf(v, 0) {
		return math.NaN()
	}
	return v
}

type function struct {
	form     string
	min, max int // arguments; max -1 is any number
	row      func(a []float64) float64
	column   func(a [][]float64) float64
}

func functionNames() []string {
	return []string{"if", "missing", "coalesce", "count", "min", "max", "sum", "mean", "median", "product", "gmean",
		"abs", "sqrt", "exp", "ln", "log10", "log2", "floor", "ceil", "round", "clip",
		"lowest", "highest", "average", "middle", "spread", "total", "quantile"}
}

func functionOf(name string) (function, bool) {
	if f, ok := overRow(name); ok {
		return f, true
	}
	if f, ok := ofNumber(name); ok {
		return f, true
	}
	return overColumn(name)
}

// overRow are the functions of several values of one row. They skip missing
// values, except "if".
func overRow(name string) (function, bool) {
	f := function{form: name + "(a, b, …)", min: 1, max: -1}
	switch name {
	case "if":
		return function{form: "if(condition, then, else)", min: 3, max: 3, row: func(a []float64) float64 {
			switch {
			case a[0] != a[0]:
				return a[0]
			case a[0] != 0:
				return a[1]
			}
			return a[2]
		}}, true
	case "missing":
		return function{form: "missing(a)", min: 1, max: 1, row: func(a []float64) float64 { return truth(a[0] != a[0]) }}, true
	case "coalesce":
		f.row = func(a []float64) float64 {
			for _, v := range a {
				if v == v {
					return v
				}
			}
			return math.NaN()
		}
	case "count":
		f.row = func(a []float64) float64 { return float64(stat.Count(a)) }
	case "min":
		f.row = func(a []float64) float64 { low, _ := stat.Range(a); return low }
	case "max":
		f.row = func(a []float64) float64 { _, high := stat.Range(a); return high }
	case "sum":
		f.row = func(a []float64) float64 { return fold(a, 0, func(s, v float64) float64 { return s + v }) }
	case "product":
		f.row = func(a []float64) float64 { return fold(a, 1, func(s, v float64) float64 { return s * v }) }
	case "mean":
		f.row = stat.Mean
	case "median":
		f.row = stat.Median
	case "gmean":
		f.row = func(a []float64) float64 {
			s := fold(a, 0, func(s, v float64) float64 { return s + math.Log(v) })
			return finite(math.Exp(s / float64(stat.Count(a))))
		}
	default:
		return f, false
	}
	return f, true
}

func fold(a []float64, start float64, add func(s, v float64) float64) float64 {
	s, n := start, 0
	for _, v := range a {
		if v == v {
			s = add(s, v)
			n++
		}
	}
	if n == 0 {
		return math.NaN()
	}
	return s
}

// ofNumber are the functions of one value.
func ofNumber(name string) (function, bool) {
	f := function{form: name + "(a)", min: 1, max: 1}
	one := func(g func(float64) float64) func([]float64) float64 {
		return func(a []float64) float64 { return finite(g(a[0])) }
	}
	switch name {
	case "abs":
		f.row = one(math.Abs)
	case "sqrt":
		f.row = one(math.Sqrt)
	case "exp":
		f.row = one(math.Exp)
	case "ln":
		f.row = one(math.Log)
	case "log10":
		f.row = one(math.Log10)
	case "log2":
		f.row = one(math.Log2)
	case "floor":
		f.row = one(math.Floor)
	case "ceil":
		f.row = one(math.Ceil)
	case "round":
		return function{form: "round(a) or round(a, digits)", min: 1, max: 2, row: func(a []float64) float64 {
			if len(a) == 1 {
				return stat.Round(a[0], 0)
			}
			if a[1] != a[1] || math.Abs(a[1]) > 15 {
				return math.NaN()
			}
			return stat.Round(a[0], int(a[1]))
		}}, true
	case "clip":
		return function{form: "clip(a, low, high)", min: 3, max: 3, row: func(a []float64) float64 {
			if a[0] != a[0] || a[1] != a[1] || a[2] != a[2] {
				return math.NaN()
			}
			return max(a[1], min(a[2], a[0]))
		}}, true
	default:
		return f, false
	}
	return f, true
}

// overColumn are the functions over all rows of a column. They skip missing values.
func overColumn(name string) (function, bool) {
	f := function{form: name + "(a)", min: 1, max: 1}
	one := func(g func([]float64) float64) func([][]float64) float64 {
		return func(a [][]float64) float64 { return g(a[0]) }
	}
	switch name {
	case "lowest":
		f.column = one(func(x []float64) float64 { low, _ := stat.Range(x); return low })
	case "highest":
		f.column = one(func(x []float64) float64 { _, high := stat.Range(x); return high })
	case "average":
		f.column = one(stat.Mean)
	case "middle":
		f.column = one(stat.Median)
	case "spread":
		f.column = one(stat.SD)
	case "total":
		f.column = one(func(x []float64) float64 { return fold(x, 0, func(s, v float64) float64 { return s + v }) })
	case "quantile":
		return function{form: "quantile(a, share)", min: 2, max: 2, column: func(a [][]float64) float64 {
			if len(a[1]) == 0 || !(a[1][0] >= 0 && a[1][0] <= 1) {
				return math.NaN()
			}
			return stat.Quantile(a[0], a[1][0])
		}}, true
	default:
		return f, false
	}
	return f, true
}

package main

import (
	"context"
	"flag"
	"fmt"
	"strings"

	"landbridge.example/internal/fail"
)

func completionCommand(root func() *command) *command {
	return &command{
		name: "completion", args: "bash|zsh|fish", short: "print the completion script of a shell", min: 1, max: 1,
		example: `source <(landbridge completion bash)`,
		setup: func(*flag.FlagSet) func(context.Context, *app, []string) error {
			return func(_ context.Context, a *app, args []string) error {
				switch args[0] {
				case "bash":
					fmt.Fprint(a.out, bashCompletion(root()))
				case "zsh":
					fmt.Fprint(a.out, "autoload -U +X bashcompinit && bashcompinit\n"+bashCompletion(root()))
				case "fish":
					fmt.Fprint(a.out, fishCompletion(root()))
				default:
					return fail.New(fail.Invalid, "there is completion for bash, zsh and fish; %q is none of them", args[0])
				}
				return nil
			}
		},
	}
}

// words lists what may follow each path of the tree: "landbridge case" → "new list …".
func words(c *command, path string, each func(path string, c *command, next []string)) {
	if len(c.verbs) == 0 {
		var flags []string
		for _, f := range flagNames(c) {
			flags = append(flags, "--"+f)
		}
		each(path, c, flags)
		return
	}
	each(path, c, append(verbNames(c), "--help"))
	for _, v := range c.verbs {
		words(v, path+" "+v.name, each)
	}
}

func bashCompletion(root *command) string {
	var b strings.Builder
	b.WriteString("_landbridge() {\n  local cur=\"${COMP_WORDS[COMP_CWORD]}\" path=landbridge w\n" +
		"  for w in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n    case \"$path $w\" in\n")
	var paths []string
	words(root, root.name, func(path string, _ *command, _ []string) { paths = append(paths, `"`+path+`"`) })
	b.WriteString("      " + strings.Join(paths[1:], "|") + ") path=\"$path $w\" ;;\n    esac\n  done\n  case \"$path\" in\n")
	words(root, root.name, func(path string, _ *command, next []string) {
		fmt.Fprintf(&b, "    %q) COMPREPLY=($(compgen -W %q -- \"$cur\")) ;;\n", path, strings.Join(next, " "))
	})
	b.WriteString("  esac\n  [[ \"$cur\" != -* && ${#COMPREPLY[@]} -eq 0 ]] && COMPREPLY=($(compgen -f -- \"$cur\"))\n}\n" +
		"complete -o filenames -F _landbridge landbridge\n")
	return b.String()
}

func fishCompletion(root *command) string {
	var b strings.Builder
	words(root, root.name, func(path string, c *command, _ []string) {
		parts := strings.Fields(path)[1:]
		when := "__fish_use_subcommand"
		if len(parts) > 0 {
			var seen []string
			for _, p := range parts {
				seen = append(seen, "__fish_seen_subcommand_from "+p)
			}
			when = strings.Join(seen, "; and ")
		}
		for _, v := range c.verbs {
			fmt.Fprintf(&b, "complete -c landbridge -f -n %q -a %s -d %q\n", when, v.name, v.short)
		}
		if len(c.verbs) == 0 {
			for _, f := range flagNames(c) {
				fmt.Fprintf(&b, "complete -c landbridge -n %q -l %s\n", when, f)
			}
		}
	})
	return b.String()
}

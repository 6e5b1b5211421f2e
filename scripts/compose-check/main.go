// Command compose-check reads a compose file by the rules of the compose specification and prints, for every service
// that runs our own image, one line: its name, its variables (separated by U+001F) and its arguments (the same),
// the three parts separated by tabs. A file that breaks those rules, or ours (rules.go), ends it with 1.
package main

import (
	"context"
	"fmt"
	"os"
	"sort"
	"strings"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
)

const (
	ourImage  = "orders"
	separator = "\x1f"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: compose-check FILE")
		os.Exit(2)
	}
	project, err := load(os.Args[1])
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", os.Args[1], err)
		os.Exit(1)
	}
	if broken := complaints(project); len(broken) > 0 {
		for _, one := range broken {
			fmt.Fprintf(os.Stderr, "%s: %s\n", os.Args[1], one)
		}
		os.Exit(1)
	}
	for _, name := range project.ServiceNames() {
		if service := project.Services[name]; strings.HasPrefix(service.Image, ourImage+":") {
			fmt.Printf("%s\t%s\t%s\n", name, variables(service), strings.Join(service.Command, separator))
		}
	}
}

// load reads the file with every profile on, so that nothing in it goes unchecked.
func load(file string) (*types.Project, error) {
	options, err := cli.NewProjectOptions([]string{file}, cli.WithProfiles([]string{"*"}))
	if err != nil {
		return nil, err
	}
	return options.LoadProject(context.Background())
}

func variables(service types.ServiceConfig) string {
	var set []string
	for name, value := range service.Environment {
		if value != nil {
			set = append(set, name+"="+*value)
		}
	}
	sort.Strings(set)
	return strings.Join(set, separator)
}

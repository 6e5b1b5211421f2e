package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

// Rules of our own about every service: whether it keeps to it, and what is said of one that does not.
var rules = []struct {
	name  string
	holds func(types.ServiceConfig) bool
}{
	{"has a port that is not on the loopback interface only", isOnLoopback},
	{"can write to its image: read_only", func(s types.ServiceConfig) bool { return s.ReadOnly }},
	{"has capabilities: cap_drop: [ALL]", func(s types.ServiceConfig) bool {
		return slices.Contains(s.CapDrop, "ALL") && len(s.CapAdd) == 0 && !s.Privileged
	}},
	{"can gain privileges: no-new-privileges", func(s types.ServiceConfig) bool {
		return slices.Contains(s.SecurityOpt, "no-new-privileges:true")
	}},
	{"has no limit of memory: mem_limit", func(s types.ServiceConfig) bool { return s.MemLimit > 0 }},
	{"has an image that can become another: give a tag", isPinned},
	{"fills the disk with its log: logging", func(s types.ServiceConfig) bool {
		return s.Logging != nil && s.Logging.Options["max-size"] != ""
	}},
	{"tells nobody whether it is healthy: healthcheck", func(s types.ServiceConfig) bool {
		return s.HealthCheck != nil || s.Restart == "no"
	}},
}

// Who need not keep to a rule, by the first words of what is said, and why.
var spared = map[string]string{
	"redpanda can write":     "it writes its settings beside its program",
	"collector tells nobody": "its image has no shell and no program to ask with",
	"jaeger tells nobody":    "whether its image has a program to ask with is not sure",
	"console tells nobody":   "its image has no shell",
}

func complaints(project *types.Project) []string {
	var found []string
	for _, name := range project.ServiceNames() {
		for _, rule := range rules {
			said := name + " " + rule.name
			if !rule.holds(project.Services[name]) && !isSpared(said) {
				found = append(found, fmt.Sprintf("service %s", said))
			}
		}
	}
	return found
}

func isSpared(said string) bool {
	for words := range spared {
		if strings.HasPrefix(said, words) {
			return true
		}
	}
	return false
}

func isOnLoopback(service types.ServiceConfig) bool {
	for _, port := range service.Ports {
		if port.HostIP != "127.0.0.1" {
			return false
		}
	}
	return true
}

func isPinned(service types.ServiceConfig) bool {
	_, tag, found := strings.Cut(service.Image[strings.LastIndex(service.Image, "/")+1:], ":")
	return found && tag != "latest"
}

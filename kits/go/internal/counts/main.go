// Counts runs the kit's tests and ends with one line of counts:
//
//	go run ./internal/counts
//
// Each test without subtests counts once. What failed or was skipped is printed with its output. The
// exit status is 1 when something failed, or nothing ran.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"os/exec"
	"sort"
	"strings"
)

type event struct {
	Action  string
	Package string
	Test    string
	Output  string
}

func main() {
	log.SetFlags(0)
	actions := make(map[string]string)
	outputs := make(map[string]string)
	command := exec.Command("go", append([]string{"test", "-json", "-count=1", "./..."}, os.Args[1:]...)...)
	command.Stderr = os.Stderr
	stdout, err := command.StdoutPipe()
	if err != nil {
		log.Fatal(err)
	}
	if err := command.Start(); err != nil {
		log.Fatal(err)
	}
	lines := bufio.NewScanner(stdout)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var event event
		if json.Unmarshal(lines.Bytes(), &event) != nil {
			fmt.Println(lines.Text()) // of the compiler
			continue
		}
		name := event.Package + "/" + event.Test
		switch event.Action {
		case "output":
			outputs[name] += event.Output
		case "pass", "fail", "skip":
			actions[name] = event.Action
		}
	}
	ended := command.Wait()
	counts := count(actions, outputs)
	if ended != nil && counts["fail"] == 0 {
		fmt.Println("go test:", ended)
		counts["fail"] = 1
	}
	fmt.Printf("%d passed, %d failed, %d skipped\n", counts["pass"], counts["fail"], counts["skip"])
	if counts["fail"] > 0 || counts["pass"] == 0 {
		os.Exit(1)
	}
}

// count counts the tests without subtests, and what failed by itself: a test all of whose subtests
// passed, or a package that does not build.
func count(actions, outputs map[string]string) map[string]int {
	names := make([]string, 0, len(actions))
	for name := range actions {
		names = append(names, name)
	}
	sort.Strings(names)
	counts := make(map[string]int)
	for _, name := range names {
		action, isParent, isToldBelow := actions[name], strings.HasSuffix(name, "/"), false
		for _, other := range names {
			if other != name && strings.HasPrefix(other, strings.TrimSuffix(name, "/")+"/") {
				isParent = true
				isToldBelow = isToldBelow || actions[other] == "fail"
			}
		}
		if isParent && (action != "fail" || isToldBelow) {
			continue
		}
		counts[action]++
		if action != "pass" {
			fmt.Printf("%s %s\n%s", strings.ToUpper(action), name, outputs[name])
		}
	}
	return counts
}

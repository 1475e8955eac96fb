// The official Go SDK.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

type call struct {
	Name      string         `json:"name"`
	Arguments map[string]any `json:"arguments"`
}

// token puts the account's token into every request.
type token struct{}

func (token) RoundTrip(request *http.Request) (*http.Response, error) {
	request.Header.Set("x-cloudways-access-token", os.Getenv("MCP_TOKEN"))
	return http.DefaultTransport.RoundTrip(request)
}

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	var plan map[string]call
	if err := json.Unmarshal([]byte(os.Getenv("CLIENT_PLAN")), &plan); err != nil {
		return err
	}
	questions, progress := []string{}, 0
	client := mcp.NewClient(&mcp.Implementation{Name: "sdk-go", Version: "1.0.0"}, &mcp.ClientOptions{
		ElicitationHandler: func(_ context.Context, request *mcp.ElicitRequest) (*mcp.ElicitResult, error) {
			questions = append(questions, request.Params.Message)
			return &mcp.ElicitResult{Action: "accept", Content: map[string]any{"approve": true}}, nil
		},
		ProgressNotificationHandler: func(context.Context, *mcp.ProgressNotificationClientRequest) { progress++ },
	})
	transport := &mcp.StreamableClientTransport{
		Endpoint:   os.Getenv("MCP_URL"),
		HTTPClient: &http.Client{Transport: token{}},
	}
	session, err := client.Connect(ctx, transport, nil)
	if err != nil {
		return err
	}
	defer session.Close()

	tools := []string{}
	for tool, err := range session.Tools(ctx, nil) {
		if err != nil {
			return err
		}
		tools = append(tools, tool.Name)
	}
	answers := map[string]string{}
	step := func(ctx context.Context, name string) string {
		params := &mcp.CallToolParams{Name: plan[name].Name, Arguments: plan[name].Arguments}
		if name == "progress" {
			params.SetProgressToken("progress")
		}
		result, err := session.CallTool(ctx, params)
		if err != nil {
			return "threw: " + err.Error()
		}
		text := []string{}
		for _, part := range result.Content {
			if part, ok := part.(*mcp.TextContent); ok {
				text = append(text, part.Text)
			}
		}
		return strings.Join(text, "\n")
	}
	for _, name := range []string{"read", "error", "optional", "progress", "destructive"} {
		answers[name] = step(ctx, name)
	}
	response, err := http.Post(os.Getenv("PERSON_URL"), "text/plain", bytes.NewBufferString(answers["destructive"]))
	if err != nil {
		return err
	}
	response.Body.Close()
	if response.StatusCode == http.StatusOK {
		answers["again"] = step(ctx, "destructive")
	}
	ending, end := context.WithTimeout(ctx, 1500*time.Millisecond)
	defer end()
	answers["cancel"] = step(ending, "cancel")
	// The message that cancels is sent after the call has ended for its caller.
	time.Sleep(500 * time.Millisecond)

	told, err := json.Marshal(map[string]any{
		"tools": tools, "answers": answers, "progress": progress, "questions": questions,
	})
	if err != nil {
		return err
	}
	fmt.Println("TOLD " + string(told))
	return nil
}

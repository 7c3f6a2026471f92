// Consumer is a case system in small: it takes every confirmed lead, makes a case of it once, and tells Harrier so. Run it beside
// harrier leads check, or beside a Harrier that runs: go run ./testdata/consumer nats://cases:PASSWORD@localhost:4222
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"time"

	"github.com/nats-io/nats.go"
)

// event is what of a lead's CloudEvent a case system needs; what else is in it is left alone.
type event struct {
	Data struct {
		Lead     string  `json:"lead"`
		Revision int     `json:"revision"`
		Scene    string  `json:"scene"`
		Lon      float64 `json:"lon"` // WGS-84
		Lat      float64 `json:"lat"`
		Cell     string  `json:"cell"`
	} `json:"data"`
}

func main() {
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "consumer:", err)
		os.Exit(1)
	}
}

func run(address string) error {
	nc, err := nats.Connect(address, nats.CustomInboxPrefix("_INBOX_cases"), nats.MaxReconnects(-1))
	if err != nil {
		return err
	}
	defer nc.Close()
	revisions := map[string]int{} // by lead; a real case system keeps them, with its cases, in its database
	if _, err := nc.Subscribe("leads.confirmed.>", func(m *nats.Msg) {
		var e event
		if json.Unmarshal(m.Data, &e) != nil || e.Data.Lead == "" {
			fmt.Println("passed over: no lead on", m.Subject)
			return
		}
		known := revisions[e.Data.Lead]
		if e.Data.Revision <= known {
			return // it was there already, or a newer one was
		}
		revisions[e.Data.Lead] = e.Data.Revision
		if known > 0 {
			return // more is known of a case that is open
		}
		number := "CASE-" + e.Data.Lead
		fmt.Printf("%s: %s at %.6f, %.6f, cell %s\n", number, e.Data.Scene, e.Data.Lon, e.Data.Lat, e.Data.Cell)
		go tell(nc, e.Data.Lead, number)
	}); err != nil {
		return err
	}
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt)
	<-stop
	return nil
}

// tell says that a case was made, until Harrier has kept it.
func tell(nc *nats.Conn, lead, number string) {
	body, _ := json.Marshal(map[string]string{"state": "accepted", "case": number})
	for {
		var reply struct {
			OK    bool
			Error string
		}
		m, err := nc.Request("cases.feedback."+lead, body, 2*time.Second)
		if err == nil && json.Unmarshal(m.Data, &reply) == nil && reply.OK {
			return
		}
		if reply.Error != "" { // sending it again would not help
			fmt.Printf("%s: Harrier says: %s\n", number, reply.Error)
			return
		}
		time.Sleep(time.Second)
	}
}

package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/harrier-patrol/harrier/cmd/harrier/config"
	"github.com/harrier-patrol/harrier/dock"
	"github.com/harrier-patrol/harrier/dock/cloudapi"
	"github.com/harrier-patrol/harrier/dock/enroll"
)

type dockCmd struct {
	Enroll  enrollCmd  `cmd:"" help:"Give a dock a credential of its own; void what it had."`
	Dismiss dismissCmd `cmd:"" help:"Take a dock's credential away."`
}

type enrollCmd struct {
	SN       string `arg:"" name:"sn" help:"Serial number of the dock."`
	Aircraft string `help:"Serial number of its aircraft; default is what the configuration says."`
	Config   string `default:"harrier.yaml" help:"Configuration." type:"path"`
}

type dismissCmd struct {
	SN     string `arg:"" name:"sn" help:"Serial number of the dock."`
	Config string `default:"harrier.yaml" help:"Configuration." type:"path"`
}

// credentialsIn is the folder of credentials in the data folder.
func credentialsIn(data string) string { return filepath.Join(data, "mqtt") }

func openCredentials(path string) (c mqttAccess, err error) {
	if c.Config, err = config.Load(path); err != nil {
		return c, err
	}
	data, err := c.DataFolder()
	if err != nil {
		return c, err
	}
	c.dir = credentialsIn(data)
	c.Credentials, err = enroll.Open(c.dir)
	return c, err
}

// mqttAccess is a configuration with its folder of credentials.
type mqttAccess struct {
	config.Config
	*enroll.Credentials
	dir string
}

func (c *enrollCmd) Run() error {
	in, err := openCredentials(c.Config)
	if err != nil {
		return err
	}
	known := false
	for _, d := range in.Docks {
		if d.SN == c.SN {
			known = true
			if c.Aircraft == "" {
				c.Aircraft = d.Aircraft
			}
		}
	}
	if !known {
		return fmt.Errorf("dock %s is not under docks in %s: only docks of the configuration may come to the broker", c.SN, c.Config)
	}
	if in.MQTT.Password == "" {
		return fmt.Errorf("set mqtt.user: %s and mqtt.password (or HARRIER_MQTT_PASSWORD) first: once a dock is enrolled, every client of the broker, Harrier included, needs a credential", enroll.Controller)
	}
	if in.MQTT.User != enroll.Controller {
		return fmt.Errorf("mqtt.user is %q; with enrolled docks it must be %q, which the access rules name", in.MQTT.User, enroll.Controller)
	}
	if c.Aircraft == "" {
		return fmt.Errorf("which aircraft is in dock %s? Give --aircraft, or aircraft under docks: the dock speaks in its name too", c.SN)
	}
	if err := in.Admit(in.MQTT.Password); err != nil {
		return err
	}
	password, err := in.Enroll(c.SN, c.Aircraft)
	if err != nil {
		return err
	}
	broker := in.MQTT.URL
	if broker == "" {
		broker = "tcp://" + in.PublicHost + ":" + fmt.Sprint(config.Port(in.MQTT.Listen))
		if in.MQTT.Cert != "" {
			broker = strings.Replace(broker, "tcp:", "ssl:", 1)
		}
	}
	fmt.Printf(`Type into the dock (DJI Pilot 2, cloud service, other platforms):
  MQTT gateway address  %s
  MQTT user             %s
  MQTT password         %s
  organization id       %s
  binding code          %s
The password is not shown again; enroll the dock once more for a new one.
The embedded broker takes it at once. Mosquitto runs as a user of its own, who may not read %[6]s; after each enrolment:
  sudo install -d -o mosquitto -m 0700 /etc/mosquitto/harrier
  sudo install -o mosquitto -m 0600 %[6]s/passwd %[6]s/acl /etc/mosquitto/harrier/
  sudo systemctl reload mosquitto
and once, in a file of /etc/mosquitto/conf.d: allow_anonymous false; password_file /etc/mosquitto/harrier/passwd; acl_file /etc/mosquitto/harrier/acl (a line each)
`, broker, c.SN, password, in.Organization.ID, in.Organization.BindingCode, in.dir)
	return nil
}

func (c *dismissCmd) Run() error {
	in, err := openCredentials(c.Config)
	if err != nil {
		return err
	}
	if err := in.Dismiss(c.SN); err != nil {
		return err
	}
	fmt.Printf("Dock %s has no credential any more. Mosquitto needs a SIGHUP; a connection that is open stays so until it ends.\n", c.SN)
	return nil
}

// drcHolds is how long the credential that a dock is told for its DRC channel is said to hold: longer than any flight.
const drcHolds = 2 * time.Hour

// drcOf says as whom a dock comes to the broker for its DRC channel: never as the controller where docks have credentials of their own.
func drcOf(c config.Config, enrolled *enroll.Credentials, url string) func(sn string) cloudapi.MQTTBroker {
	address := strings.TrimPrefix(strings.TrimPrefix(url, "tcp://"), "ssl://")
	if c.MQTT.URL == "" {
		address = fmt.Sprintf("%s:%d", c.PublicHost, config.Port(c.MQTT.Listen))
	}
	return func(sn string) cloudapi.MQTTBroker {
		b := dock.OpenDRC(sn, address, time.Now().Add(drcHolds))
		b.EnableTLS = strings.HasPrefix(url, "ssl://")
		if password, ok := enrolled.DRC(sn); ok {
			b.Username, b.Password = enroll.DRCUser(sn), password
		}
		return b
	}
}

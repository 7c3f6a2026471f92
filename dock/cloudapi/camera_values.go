package cloudapi

// What a camera is set to: modes, exposure, shutter, ISO, aperture, focus.

// PhotoStatus is a value of status.
type PhotoStatus string

// Values of PhotoStatus.
const (
	PhotoStatusFail       PhotoStatus = "fail"
	PhotoStatusInProgress PhotoStatus = "in_progress"
	PhotoStatusOK         PhotoStatus = "ok"
)

// ApertureValue is a value of aperture_value.
type ApertureValue int

// Values of ApertureValue.
const (
	ApertureValueFAUTO     ApertureValue = 0
	ApertureValueF05       ApertureValue = 50
	ApertureValueF07       ApertureValue = 70
	ApertureValueF08       ApertureValue = 80
	ApertureValueF09       ApertureValue = 90
	ApertureValueF095      ApertureValue = 95
	ApertureValueF10       ApertureValue = 100
	ApertureValueF11       ApertureValue = 110
	ApertureValueF12       ApertureValue = 120
	ApertureValueF14       ApertureValue = 140
	ApertureValueF16       ApertureValue = 160
	ApertureValueF17       ApertureValue = 170
	ApertureValueF18       ApertureValue = 180
	ApertureValueF2        ApertureValue = 200
	ApertureValueF22       ApertureValue = 220
	ApertureValueF24       ApertureValue = 240
	ApertureValueF25       ApertureValue = 250
	ApertureValueF28       ApertureValue = 280
	ApertureValueF32       ApertureValue = 320
	ApertureValueF33       ApertureValue = 330
	ApertureValueF34       ApertureValue = 340
	ApertureValueF35       ApertureValue = 350
	ApertureValueF4        ApertureValue = 400
	ApertureValueF44       ApertureValue = 440
	ApertureValueF45       ApertureValue = 450
	ApertureValueF48       ApertureValue = 480
	ApertureValueF5        ApertureValue = 500
	ApertureValueF56       ApertureValue = 560
	ApertureValueF63       ApertureValue = 630
	ApertureValueF67       ApertureValue = 670
	ApertureValueF68       ApertureValue = 680
	ApertureValueF71       ApertureValue = 710
	ApertureValueF8        ApertureValue = 800
	ApertureValueF9        ApertureValue = 900
	ApertureValueF95       ApertureValue = 950
	ApertureValueF96       ApertureValue = 960
	ApertureValueF10No1000 ApertureValue = 1000
	ApertureValueF11No1100 ApertureValue = 1100
	ApertureValueF13       ApertureValue = 1300
	ApertureValueF14No1400 ApertureValue = 1400
	ApertureValueF16No1600 ApertureValue = 1600
	ApertureValueF18No1800 ApertureValue = 1800
	ApertureValueF19       ApertureValue = 1900
	ApertureValueF20       ApertureValue = 2000
	ApertureValueF22No2200 ApertureValue = 2200
	ApertureValueF25No2500 ApertureValue = 2500
	ApertureValueF27       ApertureValue = 2700
	ApertureValueF29       ApertureValue = 2900
	ApertureValueF32No3200 ApertureValue = 3200
	ApertureValueF36       ApertureValue = 3600
	ApertureValueF38       ApertureValue = 3800
	ApertureValueF40       ApertureValue = 4000
	ApertureValueF45No4500 ApertureValue = 4500
	ApertureValueF51       ApertureValue = 5100
	ApertureValueF54       ApertureValue = 5400
	ApertureValueF57       ApertureValue = 5700
	ApertureValueF64       ApertureValue = 6400
	ApertureValueF72       ApertureValue = 7200
	ApertureValueF76       ApertureValue = 7600
	ApertureValueF80       ApertureValue = 8000
	ApertureValueF90       ApertureValue = 9000
	ApertureValueF107      ApertureValue = 10700
	ApertureValueF128      ApertureValue = 12800
	ApertureValueF180      ApertureValue = 18000
	ApertureValueF256      ApertureValue = 25600
)

// ISOValue is a value of iso_value.
type ISOValue int

// Values of ISOValue.
const (
	ISOValueISOAUTO   ISOValue = 0
	ISOValueISO50     ISOValue = 2
	ISOValueISO100    ISOValue = 3
	ISOValueISO200    ISOValue = 4
	ISOValueISO400    ISOValue = 5
	ISOValueISO800    ISOValue = 6
	ISOValueISO1600   ISOValue = 7
	ISOValueISO3200   ISOValue = 8
	ISOValueISO6400   ISOValue = 9
	ISOValueISO12800  ISOValue = 10
	ISOValueISO25600  ISOValue = 11
	ISOValueISO51200  ISOValue = 12
	ISOValueISO102400 ISOValue = 13
	ISOValueISOFIXED  ISOValue = 255
)

// WideExposureMode is a value of wide_exposure_mode.
type WideExposureMode int

// Values of WideExposureMode.
const (
	WideExposureModeAuto             WideExposureMode = 1
	WideExposureModeShutterPriority  WideExposureMode = 2
	WideExposureModeAperturePriority WideExposureMode = 3
	WideExposureModeManual           WideExposureMode = 4
)

// WideISO is a value of wide_iso.
type WideISO int

// Values of WideISO.
const (
	WideISOAuto    WideISO = 0
	WideISOAutoNo1 WideISO = 1
	WideISO50      WideISO = 2
	WideISO100     WideISO = 3
	WideISO200     WideISO = 4
	WideISO400     WideISO = 5
	WideISO800     WideISO = 6
	WideISO1600    WideISO = 7
	WideISO3200    WideISO = 8
	WideISO6400    WideISO = 9
	WideISO12800   WideISO = 10
	WideISO25600   WideISO = 11
	WideISOFIXED   WideISO = 255
)

// WideShutterSpeed is a value of wide_shutter_speed.
type WideShutterSpeed int

// Values of WideShutterSpeed.
const (
	WideShutterSpeed1Over8000     WideShutterSpeed = 0  // 1/8000 s
	WideShutterSpeed1Over6400     WideShutterSpeed = 1  // 1/6400 s
	WideShutterSpeed1Over6000     WideShutterSpeed = 2  // 1/6000 s
	WideShutterSpeed1Over5000     WideShutterSpeed = 3  // 1/5000 s
	WideShutterSpeed1Over4000     WideShutterSpeed = 4  // 1/4000 s
	WideShutterSpeed1Over3200     WideShutterSpeed = 5  // 1/3200 s
	WideShutterSpeed1Over3000     WideShutterSpeed = 6  // 1/3000 s
	WideShutterSpeed1Over2500     WideShutterSpeed = 7  // 1/2500 s
	WideShutterSpeed1Over2000     WideShutterSpeed = 8  // 1/2000 s
	WideShutterSpeed1Over1600     WideShutterSpeed = 9  // 1/1600 s
	WideShutterSpeed1Over1500     WideShutterSpeed = 10 // 1/1500 s
	WideShutterSpeed1Over1250     WideShutterSpeed = 11 // 1/1250 s
	WideShutterSpeed1Over1000     WideShutterSpeed = 12 // 1/1000 s
	WideShutterSpeed1Over800      WideShutterSpeed = 13 // 1/800 s
	WideShutterSpeed1Over725      WideShutterSpeed = 14 // 1/725 s
	WideShutterSpeed1Over640      WideShutterSpeed = 15 // 1/640 s
	WideShutterSpeed1Over500      WideShutterSpeed = 16 // 1/500 s
	WideShutterSpeed1Over400      WideShutterSpeed = 17 // 1/400 s
	WideShutterSpeed1Over350      WideShutterSpeed = 18 // 1/350 s
	WideShutterSpeed1Over320      WideShutterSpeed = 19 // 1/320 s
	WideShutterSpeed1Over250      WideShutterSpeed = 20 // 1/250 s
	WideShutterSpeed1Over240      WideShutterSpeed = 21 // 1/240 s
	WideShutterSpeed1Over200      WideShutterSpeed = 22 // 1/200 s
	WideShutterSpeed1Over180      WideShutterSpeed = 23 // 1/180 s
	WideShutterSpeed1Over160      WideShutterSpeed = 24 // 1/160 s
	WideShutterSpeed1Over125      WideShutterSpeed = 25 // 1/125 s
	WideShutterSpeed1Over120      WideShutterSpeed = 26 // 1/120 s
	WideShutterSpeed1Over100      WideShutterSpeed = 27 // 1/100 s
	WideShutterSpeed1Over90       WideShutterSpeed = 28 // 1/90 s
	WideShutterSpeed1Over80       WideShutterSpeed = 29 // 1/80 s
	WideShutterSpeed1Over60       WideShutterSpeed = 30 // 1/60 s
	WideShutterSpeed1Over50       WideShutterSpeed = 31 // 1/50 s
	WideShutterSpeed1Over40       WideShutterSpeed = 32 // 1/40 s
	WideShutterSpeed1Over30       WideShutterSpeed = 33 // 1/30 s
	WideShutterSpeed1Over25       WideShutterSpeed = 34 // 1/25 s
	WideShutterSpeed1Over20       WideShutterSpeed = 35 // 1/20 s
	WideShutterSpeed1Over15       WideShutterSpeed = 36 // 1/15 s
	WideShutterSpeed1Over12Point5 WideShutterSpeed = 37 // 1/12.5 s
	WideShutterSpeed1Over10       WideShutterSpeed = 38 // 1/10 s
	WideShutterSpeed1Over8        WideShutterSpeed = 39 // 1/8 s
	WideShutterSpeed1Over6Point25 WideShutterSpeed = 40 // 1/6.25 s
	WideShutterSpeed1Over5        WideShutterSpeed = 41 // 1/5 s
	WideShutterSpeed1Over4        WideShutterSpeed = 42 // 1/4 s
	WideShutterSpeed1Over3        WideShutterSpeed = 43 // 1/3 s
	WideShutterSpeed1Over2Point5  WideShutterSpeed = 44 // 1/2.5 s
	WideShutterSpeed1Over2        WideShutterSpeed = 45 // 1/2 s
	WideShutterSpeed1Over1Point67 WideShutterSpeed = 46 // 1/1.67 s
	WideShutterSpeed1Over1Point25 WideShutterSpeed = 47 // 1/1.25 s
	WideShutterSpeed1Point0       WideShutterSpeed = 48 // 1.0 s
	WideShutterSpeed1Point3       WideShutterSpeed = 49 // 1.3 s
	WideShutterSpeed1Point6       WideShutterSpeed = 50 // 1.6 s
	WideShutterSpeed2Point0       WideShutterSpeed = 51 // 2.0 s
	WideShutterSpeed2Point5       WideShutterSpeed = 52 // 2.5 s
	WideShutterSpeed3Point0       WideShutterSpeed = 53 // 3.0 s
	WideShutterSpeed3Point2       WideShutterSpeed = 54 // 3.2 s
	WideShutterSpeed4Point0       WideShutterSpeed = 55 // 4.0 s
	WideShutterSpeed5Point0       WideShutterSpeed = 56 // 5.0 s
	WideShutterSpeed6Point0       WideShutterSpeed = 57 // 6.0 s
	WideShutterSpeed7Point0       WideShutterSpeed = 58 // 7.0 s
	WideShutterSpeed8Point0       WideShutterSpeed = 59 // 8.0 s
	WideShutterSpeedAuto          WideShutterSpeed = 65534
)

// WideExposureValue is a value of wide_exposure_value.
type WideExposureValue int

// Values of WideExposureValue.
const (
	WideExposureValueMinus5Point0 WideExposureValue = 1
	WideExposureValueMinus4Point7 WideExposureValue = 2
	WideExposureValueMinus4Point3 WideExposureValue = 3
	WideExposureValueMinus4Point0 WideExposureValue = 4
	WideExposureValueMinus3Point7 WideExposureValue = 5
	WideExposureValueMinus3Point3 WideExposureValue = 6
	WideExposureValueMinus3Point0 WideExposureValue = 7
	WideExposureValueMinus2Point7 WideExposureValue = 8
	WideExposureValueMinus2Point3 WideExposureValue = 9
	WideExposureValueMinus2Point0 WideExposureValue = 10
	WideExposureValueMinus1Point7 WideExposureValue = 11
	WideExposureValueMinus1Point3 WideExposureValue = 12
	WideExposureValueMinus1Point0 WideExposureValue = 13
	WideExposureValueMinus0Point7 WideExposureValue = 14
	WideExposureValueMinus0Point3 WideExposureValue = 15
	WideExposureValue0            WideExposureValue = 16
	WideExposureValue0Point3      WideExposureValue = 17
	WideExposureValue0Point7      WideExposureValue = 18
	WideExposureValue1Point0      WideExposureValue = 19
	WideExposureValue1Point3      WideExposureValue = 20
	WideExposureValue1Point7      WideExposureValue = 21
	WideExposureValue2Point0      WideExposureValue = 22
	WideExposureValue2Point3      WideExposureValue = 23
	WideExposureValue2Point7      WideExposureValue = 24
	WideExposureValue3Point0      WideExposureValue = 25
	WideExposureValue3Point3      WideExposureValue = 26
	WideExposureValue3Point7      WideExposureValue = 27
	WideExposureValue4Point0      WideExposureValue = 28
	WideExposureValue4Point3      WideExposureValue = 29
	WideExposureValue4Point7      WideExposureValue = 30
	WideExposureValue5Point0      WideExposureValue = 31
	WideExposureValueFIXED        WideExposureValue = 255
)

// WideApertureValue is a value of wide_aperture_value.
type WideApertureValue int

// Values of WideApertureValue.
const (
	WideApertureValueFAUTO     WideApertureValue = 0
	WideApertureValueF0Point5  WideApertureValue = 50
	WideApertureValueF0Point7  WideApertureValue = 70
	WideApertureValueF0Point8  WideApertureValue = 80
	WideApertureValueF0Point9  WideApertureValue = 90
	WideApertureValueF0Point95 WideApertureValue = 95
	WideApertureValueF1Point0  WideApertureValue = 100
	WideApertureValueF1Point1  WideApertureValue = 110
	WideApertureValueF1Point2  WideApertureValue = 120
	WideApertureValueF1Point4  WideApertureValue = 140
	WideApertureValueF1Point6  WideApertureValue = 160
	WideApertureValueF1Point7  WideApertureValue = 170
	WideApertureValueF1Point8  WideApertureValue = 180
	WideApertureValueF2        WideApertureValue = 200
	WideApertureValueF2Point2  WideApertureValue = 220
	WideApertureValueF2Point4  WideApertureValue = 240
	WideApertureValueF2Point5  WideApertureValue = 250
	WideApertureValueF2Point8  WideApertureValue = 280
	WideApertureValueF3Point2  WideApertureValue = 320
	WideApertureValueF3Point3  WideApertureValue = 330
	WideApertureValueF3Point4  WideApertureValue = 340
	WideApertureValueF3Point5  WideApertureValue = 350
	WideApertureValueF4        WideApertureValue = 400
	WideApertureValueF4Point4  WideApertureValue = 440
	WideApertureValueF4Point5  WideApertureValue = 450
	WideApertureValueF4Point8  WideApertureValue = 480
	WideApertureValueF5        WideApertureValue = 500
	WideApertureValueF5Point6  WideApertureValue = 560
	WideApertureValueF6Point3  WideApertureValue = 630
	WideApertureValueF6Point7  WideApertureValue = 670
	WideApertureValueF6Point8  WideApertureValue = 680
	WideApertureValueF7Point1  WideApertureValue = 710
	WideApertureValueF8        WideApertureValue = 800
	WideApertureValueF9        WideApertureValue = 900
	WideApertureValueF9Point5  WideApertureValue = 950
	WideApertureValueF9Point6  WideApertureValue = 960
	WideApertureValueF10       WideApertureValue = 1000
	WideApertureValueF11       WideApertureValue = 1100
	WideApertureValueF13       WideApertureValue = 1300
	WideApertureValueF14       WideApertureValue = 1400
	WideApertureValueF16       WideApertureValue = 1600
	WideApertureValueF18       WideApertureValue = 1800
	WideApertureValueF19       WideApertureValue = 1900
	WideApertureValueF20       WideApertureValue = 2000
	WideApertureValueF22       WideApertureValue = 2200
	WideApertureValueF25       WideApertureValue = 2500
	WideApertureValueF27       WideApertureValue = 2700
	WideApertureValueF29       WideApertureValue = 2900
	WideApertureValueF32       WideApertureValue = 3200
	WideApertureValueF36       WideApertureValue = 3600
	WideApertureValueF38       WideApertureValue = 3800
	WideApertureValueF40       WideApertureValue = 4000
	WideApertureValueF45       WideApertureValue = 4500
	WideApertureValueF51       WideApertureValue = 5100
	WideApertureValueF54       WideApertureValue = 5400
	WideApertureValueF57       WideApertureValue = 5700
	WideApertureValueF64       WideApertureValue = 6400
	WideApertureValueF72       WideApertureValue = 7200
	WideApertureValueF76       WideApertureValue = 7600
	WideApertureValueF80       WideApertureValue = 8000
	WideApertureValueF90       WideApertureValue = 9000
	WideApertureValueF107      WideApertureValue = 10700
	WideApertureValueF128      WideApertureValue = 12800
	WideApertureValueF180      WideApertureValue = 18000
	WideApertureValueF256      WideApertureValue = 25600
)

// ZoomExposureMode is a value of zoom_exposure_mode.
type ZoomExposureMode int

// Values of ZoomExposureMode.
const (
	ZoomExposureModeAuto             ZoomExposureMode = 1
	ZoomExposureModeShutterPriority  ZoomExposureMode = 2
	ZoomExposureModeAperturePriority ZoomExposureMode = 3
	ZoomExposureModeManual           ZoomExposureMode = 4
)

// ZoomISO is a value of zoom_iso.
type ZoomISO int

// Values of ZoomISO.
const (
	ZoomISOAuto    ZoomISO = 0
	ZoomISOAutoNo1 ZoomISO = 1
	ZoomISO50      ZoomISO = 2
	ZoomISO100     ZoomISO = 3
	ZoomISO200     ZoomISO = 4
	ZoomISO400     ZoomISO = 5
	ZoomISO800     ZoomISO = 6
	ZoomISO1600    ZoomISO = 7
	ZoomISO3200    ZoomISO = 8
	ZoomISO6400    ZoomISO = 9
	ZoomISO12800   ZoomISO = 10
	ZoomISO25600   ZoomISO = 11
	ZoomISOFIXED   ZoomISO = 255
)

// ZoomShutterSpeed is a value of zoom_shutter_speed.
type ZoomShutterSpeed int

// Values of ZoomShutterSpeed.
const (
	ZoomShutterSpeed1Over8000     ZoomShutterSpeed = 0  // 1/8000 s
	ZoomShutterSpeed1Over6400     ZoomShutterSpeed = 1  // 1/6400 s
	ZoomShutterSpeed1Over6000     ZoomShutterSpeed = 2  // 1/6000 s
	ZoomShutterSpeed1Over5000     ZoomShutterSpeed = 3  // 1/5000 s
	ZoomShutterSpeed1Over4000     ZoomShutterSpeed = 4  // 1/4000 s
	ZoomShutterSpeed1Over3200     ZoomShutterSpeed = 5  // 1/3200 s
	ZoomShutterSpeed1Over3000     ZoomShutterSpeed = 6  // 1/3000 s
	ZoomShutterSpeed1Over2500     ZoomShutterSpeed = 7  // 1/2500 s
	ZoomShutterSpeed1Over2000     ZoomShutterSpeed = 8  // 1/2000 s
	ZoomShutterSpeed1Over1600     ZoomShutterSpeed = 9  // 1/1600 s
	ZoomShutterSpeed1Over1500     ZoomShutterSpeed = 10 // 1/1500 s
	ZoomShutterSpeed1Over1250     ZoomShutterSpeed = 11 // 1/1250 s
	ZoomShutterSpeed1Over1000     ZoomShutterSpeed = 12 // 1/1000 s
	ZoomShutterSpeed1Over800      ZoomShutterSpeed = 13 // 1/800 s
	ZoomShutterSpeed1Over725      ZoomShutterSpeed = 14 // 1/725 s
	ZoomShutterSpeed1Over640      ZoomShutterSpeed = 15 // 1/640 s
	ZoomShutterSpeed1Over500      ZoomShutterSpeed = 16 // 1/500 s
	ZoomShutterSpeed1Over400      ZoomShutterSpeed = 17 // 1/400 s
	ZoomShutterSpeed1Over350      ZoomShutterSpeed = 18 // 1/350 s
	ZoomShutterSpeed1Over320      ZoomShutterSpeed = 19 // 1/320 s
	ZoomShutterSpeed1Over250      ZoomShutterSpeed = 20 // 1/250 s
	ZoomShutterSpeed1Over240      ZoomShutterSpeed = 21 // 1/240 s
	ZoomShutterSpeed1Over200      ZoomShutterSpeed = 22 // 1/200 s
	ZoomShutterSpeed1Over180      ZoomShutterSpeed = 23 // 1/180 s
	ZoomShutterSpeed1Over160      ZoomShutterSpeed = 24 // 1/160 s
	ZoomShutterSpeed1Over125      ZoomShutterSpeed = 25 // 1/125 s
	ZoomShutterSpeed1Over120      ZoomShutterSpeed = 26 // 1/120 s
	ZoomShutterSpeed1Over100      ZoomShutterSpeed = 27 // 1/100 s
	ZoomShutterSpeed1Over90       ZoomShutterSpeed = 28 // 1/90 s
	ZoomShutterSpeed1Over80       ZoomShutterSpeed = 29 // 1/80 s
	ZoomShutterSpeed1Over60       ZoomShutterSpeed = 30 // 1/60 s
	ZoomShutterSpeed1Over50       ZoomShutterSpeed = 31 // 1/50 s
	ZoomShutterSpeed1Over40       ZoomShutterSpeed = 32 // 1/40 s
	ZoomShutterSpeed1Over30       ZoomShutterSpeed = 33 // 1/30 s
	ZoomShutterSpeed1Over25       ZoomShutterSpeed = 34 // 1/25 s
	ZoomShutterSpeed1Over20       ZoomShutterSpeed = 35 // 1/20 s
	ZoomShutterSpeed1Over15       ZoomShutterSpeed = 36 // 1/15 s
	ZoomShutterSpeed1Over12Point5 ZoomShutterSpeed = 37 // 1/12.5 s
	ZoomShutterSpeed1Over10       ZoomShutterSpeed = 38 // 1/10 s
	ZoomShutterSpeed1Over8        ZoomShutterSpeed = 39 // 1/8 s
	ZoomShutterSpeed1Over6Point25 ZoomShutterSpeed = 40 // 1/6.25 s
	ZoomShutterSpeed1Over5        ZoomShutterSpeed = 41 // 1/5 s
	ZoomShutterSpeed1Over4        ZoomShutterSpeed = 42 // 1/4 s
	ZoomShutterSpeed1Over3        ZoomShutterSpeed = 43 // 1/3 s
	ZoomShutterSpeed1Over2Point5  ZoomShutterSpeed = 44 // 1/2.5 s
	ZoomShutterSpeed1Over2        ZoomShutterSpeed = 45 // 1/2 s
	ZoomShutterSpeed1Over1Point67 ZoomShutterSpeed = 46 // 1/1.67 s
	ZoomShutterSpeed1Over1Point25 ZoomShutterSpeed = 47 // 1/1.25 s
	ZoomShutterSpeed1Point0       ZoomShutterSpeed = 48 // 1.0 s
	ZoomShutterSpeed1Point3       ZoomShutterSpeed = 49 // 1.3 s
	ZoomShutterSpeed1Point6       ZoomShutterSpeed = 50 // 1.6 s
	ZoomShutterSpeed2Point0       ZoomShutterSpeed = 51 // 2.0 s
	ZoomShutterSpeed2Point5       ZoomShutterSpeed = 52 // 2.5 s
	ZoomShutterSpeed3Point0       ZoomShutterSpeed = 53 // 3.0 s
	ZoomShutterSpeed3Point2       ZoomShutterSpeed = 54 // 3.2 s
	ZoomShutterSpeed4Point0       ZoomShutterSpeed = 55 // 4.0 s
	ZoomShutterSpeed5Point0       ZoomShutterSpeed = 56 // 5.0 s
	ZoomShutterSpeed6Point0       ZoomShutterSpeed = 57 // 6.0 s
	ZoomShutterSpeed7Point0       ZoomShutterSpeed = 58 // 7.0 s
	ZoomShutterSpeed8Point0       ZoomShutterSpeed = 59 // 8.0 s
	ZoomShutterSpeedAuto          ZoomShutterSpeed = 65534
)

// ZoomExposureValue is a value of zoom_exposure_value.
type ZoomExposureValue int

// Values of ZoomExposureValue.
const (
	ZoomExposureValueMinus5Point0 ZoomExposureValue = 1
	ZoomExposureValueMinus4Point7 ZoomExposureValue = 2
	ZoomExposureValueMinus4Point3 ZoomExposureValue = 3
	ZoomExposureValueMinus4Point0 ZoomExposureValue = 4
	ZoomExposureValueMinus3Point7 ZoomExposureValue = 5
	ZoomExposureValueMinus3Point3 ZoomExposureValue = 6
	ZoomExposureValueMinus3Point0 ZoomExposureValue = 7
	ZoomExposureValueMinus2Point7 ZoomExposureValue = 8
	ZoomExposureValueMinus2Point3 ZoomExposureValue = 9
	ZoomExposureValueMinus2Point0 ZoomExposureValue = 10
	ZoomExposureValueMinus1Point7 ZoomExposureValue = 11
	ZoomExposureValueMinus1Point3 ZoomExposureValue = 12
	ZoomExposureValueMinus1Point0 ZoomExposureValue = 13
	ZoomExposureValueMinus0Point7 ZoomExposureValue = 14
	ZoomExposureValueMinus0Point3 ZoomExposureValue = 15
	ZoomExposureValue0            ZoomExposureValue = 16
	ZoomExposureValue0Point3      ZoomExposureValue = 17
	ZoomExposureValue0Point7      ZoomExposureValue = 18
	ZoomExposureValue1Point0      ZoomExposureValue = 19
	ZoomExposureValue1Point3      ZoomExposureValue = 20
	ZoomExposureValue1Point7      ZoomExposureValue = 21
	ZoomExposureValue2Point0      ZoomExposureValue = 22
	ZoomExposureValue2Point3      ZoomExposureValue = 23
	ZoomExposureValue2Point7      ZoomExposureValue = 24
	ZoomExposureValue3Point0      ZoomExposureValue = 25
	ZoomExposureValue3Point3      ZoomExposureValue = 26
	ZoomExposureValue3Point7      ZoomExposureValue = 27
	ZoomExposureValue4Point0      ZoomExposureValue = 28
	ZoomExposureValue4Point3      ZoomExposureValue = 29
	ZoomExposureValue4Point7      ZoomExposureValue = 30
	ZoomExposureValue5Point0      ZoomExposureValue = 31
	ZoomExposureValueFIXED        ZoomExposureValue = 255
)

// ZoomFocusMode is a value of zoom_focus_mode.
type ZoomFocusMode int

// Values of ZoomFocusMode.
const (
	ZoomFocusModeMF  ZoomFocusMode = 0
	ZoomFocusModeAFS ZoomFocusMode = 1
	ZoomFocusModeAFC ZoomFocusMode = 2
)

// ZoomApertureValue is a value of zoom_aperture_value.
type ZoomApertureValue int

// Values of ZoomApertureValue.
const (
	ZoomApertureValueF4Point4 ZoomApertureValue = 440
)

// ThermalGainMode is a value of thermal_gain_mode.
type ThermalGainMode int

// Values of ThermalGainMode.
const (
	ThermalGainModeAuto     ThermalGainMode = 0
	ThermalGainModeLowGain  ThermalGainMode = 1
	ThermalGainModeHighGain ThermalGainMode = 2
)

// PhotoFormat is a value of photo_format.
type PhotoFormat int

// Values of PhotoFormat.
const (
	PhotoFormatRJPEG  PhotoFormat = 7
	PhotoFormatDLT664 PhotoFormat = 16
)

// DRCPhotoStep is a value of current_step.
type DRCPhotoStep int

// Values of DRCPhotoStep.
const (
	DRCPhotoStepCapturingPanoramaNotStartedOrFinished DRCPhotoStep = 3000
	DRCPhotoStepCapturingPanorama                     DRCPhotoStep = 3002
	DRCPhotoStepGeneratingPanorama                    DRCPhotoStep = 3005
)

// ShutterValue is a value of shutter_value.
type ShutterValue int

// Values of ShutterValue.
const (
	ShutterValue1Over8000     ShutterValue = 0  // 1/8000 s
	ShutterValue1Over6400     ShutterValue = 1  // 1/6400 s
	ShutterValue1Over6000     ShutterValue = 2  // 1/6000 s
	ShutterValue1Over5000     ShutterValue = 3  // 1/5000 s
	ShutterValue1Over4000     ShutterValue = 4  // 1/4000 s
	ShutterValue1Over3200     ShutterValue = 5  // 1/3200 s
	ShutterValue1Over3000     ShutterValue = 6  // 1/3000 s
	ShutterValue1Over2500     ShutterValue = 7  // 1/2500 s
	ShutterValue1Over2000     ShutterValue = 8  // 1/2000 s
	ShutterValue1Over1600     ShutterValue = 9  // 1/1600 s
	ShutterValue1Over1500     ShutterValue = 10 // 1/1500 s
	ShutterValue1Over1250     ShutterValue = 11 // 1/1250 s
	ShutterValue1Over1000     ShutterValue = 12 // 1/1000 s
	ShutterValue1Over800      ShutterValue = 13 // 1/800 s
	ShutterValue1Over725      ShutterValue = 14 // 1/725 s
	ShutterValue1Over640      ShutterValue = 15 // 1/640 s
	ShutterValue1Over500      ShutterValue = 16 // 1/500 s
	ShutterValue1Over400      ShutterValue = 17 // 1/400 s
	ShutterValue1Over350      ShutterValue = 18 // 1/350 s
	ShutterValue1Over320      ShutterValue = 19 // 1/320 s
	ShutterValue1Over250      ShutterValue = 20 // 1/250 s
	ShutterValue1Over240      ShutterValue = 21 // 1/240 s
	ShutterValue1Over200      ShutterValue = 22 // 1/200 s
	ShutterValue1Over180      ShutterValue = 23 // 1/180 s
	ShutterValue1Over160      ShutterValue = 24 // 1/160 s
	ShutterValue1Over125      ShutterValue = 25 // 1/125 s
	ShutterValue1Over120      ShutterValue = 26 // 1/120 s
	ShutterValue1Over100      ShutterValue = 27 // 1/100 s
	ShutterValue1Over90       ShutterValue = 28 // 1/90 s
	ShutterValue1Over80       ShutterValue = 29 // 1/80 s
	ShutterValue1Over60       ShutterValue = 30 // 1/60 s
	ShutterValue1Over50       ShutterValue = 31 // 1/50 s
	ShutterValue1Over40       ShutterValue = 32 // 1/40 s
	ShutterValue1Over30       ShutterValue = 33 // 1/30 s
	ShutterValue1Over25       ShutterValue = 34 // 1/25 s
	ShutterValue1Over20       ShutterValue = 35 // 1/20 s
	ShutterValue1Over15       ShutterValue = 36 // 1/15 s
	ShutterValue1Over12Point5 ShutterValue = 37 // 1/12.5 s
	ShutterValue1Over10       ShutterValue = 38 // 1/10 s
	ShutterValue1Over8        ShutterValue = 39 // 1/8 s
	ShutterValue1Over6Point25 ShutterValue = 40 // 1/6.25 s
	ShutterValue1Over5        ShutterValue = 41 // 1/5 s
	ShutterValue1Over4        ShutterValue = 42 // 1/4 s
	ShutterValue1Over3        ShutterValue = 43 // 1/3 s
	ShutterValue1Over2Point5  ShutterValue = 44 // 1/2.5 s
	ShutterValue1Over2        ShutterValue = 45 // 1/2 s
	ShutterValue1Over1Point67 ShutterValue = 46 // 1/1.67 s
	ShutterValue1Over1Point25 ShutterValue = 47 // 1/1.25 s
	ShutterValue1Point0       ShutterValue = 48 // 1.0 s
	ShutterValue1Point3       ShutterValue = 49 // 1.3 s
	ShutterValue1Point6       ShutterValue = 50 // 1.6 s
	ShutterValue2Point0       ShutterValue = 51 // 2.0 s
	ShutterValue2Point5       ShutterValue = 52 // 2.5 s
	ShutterValue3Point0       ShutterValue = 53 // 3.0 s
	ShutterValue3Point2       ShutterValue = 54 // 3.2 s
	ShutterValue4Point0       ShutterValue = 55 // 4.0 s
	ShutterValue5Point0       ShutterValue = 56 // 5.0 s
	ShutterValue6Point0       ShutterValue = 57 // 6.0 s
	ShutterValue7Point0       ShutterValue = 58 // 7.0 s
	ShutterValue8Point0       ShutterValue = 59 // 8.0 s
	ShutterValueAuto          ShutterValue = 60
)

// PhotoSize is a value of photo_size.
type PhotoSize int

// Values of PhotoSize.
const (
	PhotoSizeDefault    PhotoSize = 0
	PhotoSizeExtraSmall PhotoSize = 1
	PhotoSizeSmall      PhotoSize = 2
	PhotoSizeMedium     PhotoSize = 3
	PhotoSizeLarge      PhotoSize = 4
	PhotoSizeExtraLarge PhotoSize = 5
)

// RecordingState is a value of recording_state.
type RecordingState int

// Values of RecordingState.
const (
	RecordingStateIdle      RecordingState = 0
	RecordingStateRecording RecordingState = 1
)

// PhotoState is a value of photo_state.
type PhotoState int

// Values of PhotoState.
const (
	PhotoStateIdle      PhotoState = 0
	PhotoStateCapturing PhotoState = 1
)

// NightMode is a value of night_mode.
type NightMode int

// Values of NightMode.
const (
	NightModeOff  NightMode = 0
	NightModeOn   NightMode = 1
	NightModeAuto NightMode = 2
)

// DenoiseLevel is a value of denoise_level.
type DenoiseLevel int

// Values of DenoiseLevel.
const (
	DenoiseLevelOff      DenoiseLevel = 0
	DenoiseLevelStandard DenoiseLevel = 1
	DenoiseLevelEnhanced DenoiseLevel = 2
	DenoiseLevelSuper    DenoiseLevel = 3
)

// NightSceneModeSuggestion is a value of night_scene_mode_suggestion.
type NightSceneModeSuggestion int

// Values of NightSceneModeSuggestion.
const (
	NightSceneModeSuggestionNoAdvice         NightSceneModeSuggestion = 0
	NightSceneModeSuggestionNightModeAdvised NightSceneModeSuggestion = 1
)

// IsWorking is a value of is_working.
type IsWorking int

// Values of IsWorking.
const (
	IsWorkingNotInEffect IsWorking = 0
	IsWorkingInEffect    IsWorking = 1
)

// GimbalResetMode is a value of reset_mode.
type GimbalResetMode int

// Values of GimbalResetMode.
const (
	GimbalResetModeCentre    GimbalResetMode = 0
	GimbalResetModeDown      GimbalResetMode = 1
	GimbalResetModeYawCentre GimbalResetMode = 2
	GimbalResetModePitchDown GimbalResetMode = 3
)

// IRMeteringModeValue is a value of mode.
type IRMeteringModeValue int

// Values of IRMeteringModeValue.
const (
	IRMeteringModeValueOff  IRMeteringModeValue = 0
	IRMeteringModeValueSpot IRMeteringModeValue = 1
	IRMeteringModeValueArea IRMeteringModeValue = 2
)
